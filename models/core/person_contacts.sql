{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_person_contacts_linkedin_url': {'columns': ['linkedin_url']},
            'idx_core_person_contacts_email': {'columns': ['email']},
            'idx_core_person_contacts_company_domain': {
                'columns': ['_company_domain', 'linkedin_url'],
                'where': '_company_domain is not null',
            },
            'idx_core_person_contacts_best': {
                'columns': ['linkedin_url'], 'where': 'is_best',
            },
        },
    },
) }}

with touched as (
    {{ people_of_new_addresses() }}

    union

    select o.linkedin_url
    from {{ ref('person_observations') }} as o
    where {{ is_new('o') }}

    union

    -- the employer stands with the address
    select w.linkedin_url
    from {{ ref('person_positions') }} as w
    where {{ is_new('w') }}

    union

    {{ as_if_many() }}
),

addresses as (
    select
        t.linkedin_url,
        e.id as email_id
    from touched as t
    inner join {{ ref('person_emails') }} as e on t.linkedin_url = e.linkedin_url

    union all

    select
        t.linkedin_url,
        c.email_id
    from touched as t
    inner join {{ ref('email_candidates') }} as c on t.linkedin_url = c.linkedin_url
    where
        not exists (
            select 1 from {{ ref('email_candidates') }} as other
            where c.email_id = other.email_id and c.linkedin_url <> other.linkedin_url
        )
),

statements as (
    select
        a.linkedin_url,
        e.source,
        e.email,
        o.phone,
        o.company_domain as said_domain,
        e.verdict,
        e.verified_at,
        e._place as place,
        e.raw_payload_id,
        e.refreshed_at,
        e.received_at
    from addresses as a
    inner join {{ ref('person_emails') }} as e on a.email_id = e.id
    left join {{ ref('person_observations') }} as o
        on
            a.linkedin_url = o.linkedin_url
            and e.raw_payload_id = o.raw_payload_id
            and e.source = o.source
    where e.email is not null

    union all

    select
        t.linkedin_url,
        o.source,
        null as email,
        o.phone,
        o.company_domain as said_domain,
        null as verdict,
        null as verified_at,
        null as place,
        o.raw_payload_id,
        o.refreshed_at,
        o.received_at
    from touched as t
    inner join {{ ref('person_observations') }} as o on t.linkedin_url = o.linkedin_url
    where
        o.phone is not null
        and not exists (
            select 1 from {{ ref('person_emails') }} as e
            where
                o.linkedin_url = e.linkedin_url
                and o.raw_payload_id = e.raw_payload_id
                and e.email is not null
        )
),

-- Each way to reach somebody once per source, with the newest verdict; unknown is none.
ways as (
    select
        linkedin_url,
        source,
        email,
        phone,
        {{ last_stated('verdict', where="verdict <> 'unknown'") }} as verdict,
        {{ last_stated('verified_at', where="verdict <> 'unknown'") }} as verified_at,
        {{ first_received('raw_payload_id') }} as raw_payload_id,
        {{ first_received('said_domain') }} as said_domain,
        min(received_at) as known_since,
        max(received_at) as confirmed_at,
        max(coalesce(refreshed_at, received_at)) as said_at,
        {{ last_stated('place') }} as listed_at
    from statements
    group by linkedin_url, source, email, phone
),

-- What the best-ranked source that verified an address says of it, whoever else names it.
judged as (
    select
        w.*,
        r.rank,
        coalesce(
            first_value(w.verdict) over (
                partition by w.linkedin_url, w.email
                order by
                    w.verdict is not null desc,
                    r.rank nulls last,
                    w.verified_at desc,
                    w.raw_payload_id desc
            ),
            'unknown'
        ) as address_verdict
    from ways as w
    left join {{ ref('source_rankings') }} as r
        on r.entity = 'person' and r.attribute = 'email' and w.source = r.source
),

placed as (
    select
        *,
        row_number() over (
            partition by linkedin_url
            order by
                (email is not null and address_verdict <> 'invalid') desc,
                case address_verdict when 'valid' then 1 when 'risky' then 2 else 3 end,
                rank nulls last,
                said_at desc,
                confirmed_at desc,
                -- as the payload lists them: a finder's first choice, an address at work
                listed_at,
                raw_payload_id desc,
                {{ by_code_points('email') }},
                {{ by_code_points('phone') }}
        ) as place
    from judged
),

-- The employer is that of the position, else the one said with the address.
employed as (
    select
        p.*,
        coalesce(w.company_domain, a.canonical_domain, p.said_domain) as company_domain
    from placed as p
    left join {{ ref('person_positions') }} as w on p.linkedin_url = w.linkedin_url
    left join {{ ref('company_aliases') }} as a on p.said_domain = a.domain
),

-- Whoever has none is named as well: those that there were before go.
named as (
    select
        linkedin_url,
        source,
        email,
        phone,
        case when email is not null then coalesce(verdict, 'unknown') end as verdict,
        verified_at,
        raw_payload_id,
        known_since,
        confirmed_at,
        place = 1 and email is not null and address_verdict <> 'invalid' as is_best,
        case when email is not null then address_verdict end as address_verdict,
        company_domain
    from employed

    union all

    select
        linkedin_url,
        null as source,
        null as email,
        null as phone,
        null as verdict,
        null as verified_at,
        null as raw_payload_id,
        null as known_since,
        null as confirmed_at,
        null as is_best,
        null as address_verdict,
        null as company_domain
    from touched
)

select
    {{ item_id(
        'core.person_contacts',
        'linkedin_url',
        "source || '/' || coalesce(email, '') || '/' || coalesce(phone, '')",
    ) }} as id,
    linkedin_url,
    email,
    verdict,
    verified_at,
    phone,
    source,
    known_since,
    confirmed_at,
    raw_payload_id,
    is_best,

    address_verdict as _address_verdict,
    company_domain as _company_domain,
    {{ written_by() }} as _xid
from named
where {{ without_empty_sets('source') }}
