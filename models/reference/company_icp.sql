{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'domain',
        'reads_whole': true,
        'named_indexes': {'idx_company_icp_domain': {'columns': ['domain'], 'unique': true}},
    },
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'icp_payloads'), key=function('normal_domain') ~ '(r.domain)'
    ) }}
),

canonical_winners as (
    select distinct on (coalesce(a.canonical_domain, w.entity_key))
        coalesce(a.canonical_domain, w.entity_key) as domain,
        w.raw_payload_id,
        min(w.created_at) over (
            partition by coalesce(a.canonical_domain, w.entity_key)
        ) as created_at,
        w._received_at as updated_at
    from winners as w
    left join {{ ref('company_aliases') }} as a on w.entity_key = a.domain
    order by
        coalesce(a.canonical_domain, w.entity_key),
        w._refreshed_at desc nulls last,
        w._received_at desc,
        w.raw_payload_id desc
),

generated as (
    select
        w.*,
        p.company_criteria,
        p.person_criteria
    from canonical_winners as w
    inner join {{ source('raw', 'icp_payloads') }} as r on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        company_criteria jsonb,
        person_criteria jsonb
    )
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
),

-- a-b.example and a.b.example would share a slug: the earlier one keeps it.
numbered as (
    select
        *,
        {{ function('entity_id') }}('reference.company_icp', domain) as id,
        row_number() over (
            partition by slug order by is_curated desc, created_at, domain
        ) as claim
    from chosen
)

select
    id,
    domain,
    case when claim = 1 then slug else slug || '-' || left(id::text, 8) end as slug,
    {{ with_size_buckets('company_criteria') }} as company_criteria,
    case when jsonb_typeof(person_criteria) = 'object' then person_criteria end as person_criteria,
    notes,
    created_at,
    updated_at,

    raw_payload_id as _raw_payload_id,
    {{ written_by() }} as _xid
from numbered
