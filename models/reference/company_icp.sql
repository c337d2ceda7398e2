{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'domain',
        'reads_whole': true,
        'named_indexes': {'idx_company_icp_domain': {'columns': ['domain'], 'unique': true}},
    },
) }}

with generated as (
    select distinct on (coalesce(a.canonical_domain, c.domain))
        coalesce(a.canonical_domain, c.domain) as domain,
        c.raw_payload_id,
        c.company_criteria,
        c.person_criteria,
        min(c.created_at) over (partition by coalesce(a.canonical_domain, c.domain)) as created_at,
        c.updated_at
    from {{ ref('company_icp_criteria') }} as c
    left join {{ ref('company_aliases') }} as a on c.domain = a.domain
    where {{ is_rescan() }}
    order by
        coalesce(a.canonical_domain, c.domain),
        c._refreshed_at desc nulls last,
        c._received_at desc,
        c.raw_payload_id desc
),

curated as (
    select
        coalesce(a.canonical_domain, {{ function('normal_domain') }}(c.domain)) as domain,
        c.slug,
        c.company_criteria,
        c.person_criteria,
        c.notes,
        c.created_at
    from {{ ref('curated_icps') }} as c
    left join {{ ref('company_aliases') }} as a
        on {{ function('normal_domain') }}(c.domain) = a.domain
    where {{ is_rescan() }}
),

-- A curated profile replaces a generated one whole.
chosen as (
    select
        coalesce(c.domain, g.domain) as domain,
        c.domain is not null as is_curated,
        coalesce(c.slug, replace(coalesce(c.domain, g.domain), '.', '-')) as slug,
        case when c.domain is null then g.company_criteria else c.company_criteria end
            as company_criteria,
        case when c.domain is null then g.person_criteria else c.person_criteria end
            as person_criteria,
        c.notes,
        least(c.created_at, g.created_at) as created_at,
        coalesce(c.created_at, g.updated_at) as updated_at,
        case when c.domain is null then g.raw_payload_id end as raw_payload_id
    from curated as c
    full join generated as g on c.domain = g.domain
    where
        not exists (
            select 1 from {{ ref('ignored_domains') }} as i
            where coalesce(c.domain, g.domain) = i.domain
        )
),

-- a-b.example and a.b.example would share a slug: the earlier one keeps it.
numbered as (
    select
        *,
        {{ function('entity_id') }}('reference.company_icp', domain) as id,
        row_number() over (
            partition by slug
            order by is_curated desc, created_at, {{ by_code_points('domain') }}
        ) as claim
    from chosen
)

select
    id,
    domain,
    case when claim = 1 then slug else slug || '-' || left(id::text, 8) end as slug,
    {{ with_size_buckets('company_criteria') }} as company_criteria,
    {{ object_or_null('person_criteria') }} as person_criteria,
    notes,
    created_at,
    updated_at,

    raw_payload_id as _raw_payload_id,
    {{ written_by() }} as _xid
from numbered
