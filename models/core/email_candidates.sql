{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_email_candidates_linkedin_url': {'columns': ['linkedin_url']},
            'idx_core_email_candidates_email_id': {'columns': ['email_id']},
        },
        'rivals': 'email_id',
    },
) }}

with asked as (
    select
        e.id as email_id,
        e.email,
        e._name_key,
        coalesce(a.canonical_domain, e.company_domain) as company_domain,
        {{ is_new('e') }} as is_new
    from {{ ref('person_emails') }} as e
    left join {{ ref('company_aliases') }} as a on e.company_domain = a.domain
    where e.linkedin_url is null and e._name_key is not null and e.company_domain is not null
    {{ fence() }}
),

-- Whoever may be meant by what is new, and whoever may have changed name or employer.
touched as (
    select p.linkedin_url
    from asked as n
    inner join {{ ref('people') }} as p on n._name_key = p._name_key
    where n.is_new

    union

    select o.linkedin_url
    from {{ ref('person_observations') }} as o
    where {{ is_new('o') }} and o.linkedin_kind = 'public'

    union

    {{ as_if_many() }}
),

found as (
    select
        p.linkedin_url,
        n.email_id
    from touched as t
    inner join {{ ref('people') }} as p on t.linkedin_url = p.linkedin_url
    inner join {{ ref('person_positions') }} as w on p.linkedin_url = w.linkedin_url
    inner join asked as n
        on p._name_key = n._name_key and w.company_domain = n.company_domain
    -- who left is not meant
    where n.email is not null and w.is_current is not false

    union all

    select
        linkedin_url,
        null as email_id
    from touched
)

select
    {{ item_id('core.email_candidates', 'linkedin_url', 'email_id::text') }} as id,
    email_id,
    linkedin_url,

    {{ written_by() }} as _xid
from found
where {{ without_empty_sets('email_id') }}
