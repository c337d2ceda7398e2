{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    pre_hook="{{ keep_former_keys('company', 'companies', 'domain', 'normal_domain') }}",
    meta={
        'owner': 'domain',
        'named_indexes': {
            'idx_core_companies_domain': {'columns': ['domain'], 'unique': true},
            'idx_core_companies_name': {'columns': ['name']},
            'idx_core_companies_name_key': {'columns': ['_name_key']},
            'idx_core_companies_name_stem': {'columns': ['_name_stem']},
        },
    },
) }}

-- Domains about which something was said, or whose payload of record changed so that what an
-- older one said no longer counts.
with touched_domains as (
    select m.domain
    from {{ ref('company_mentions') }} as m
    where {{ is_new('m') }}

    {%- for model_name, kind in payload_kinds().items() if kind.source %}

        union

        select m.domain
        from {{ ref(model_name) }} as e
        inner join {{ ref('company_mentions') }} as m
            on m.source = '{{ kind.source }}' and e.{{ kind.owner }} = m.owner
        where {{ is_new('e') }}
    {%- endfor %}

    union

    select m.domain
    from {{ source('raw', 'manual_company_customers') }} as r
    inner join {{ ref('company_mentions') }} as m
        on m.source = 'manual_customers' and r.id::text = m.owner
    where {{ is_new('r') }}
),

-- Not by coalesce(): of an expression the planner cannot tell how many values it has.
touched_companies as (
    select t.domain as canonical_domain
    from touched_domains as t
    where
        not exists (
            select from {{ ref('company_aliases') }} as a
            where t.domain = a.domain
        )

    union

    select a.canonical_domain
    from touched_domains as t
    inner join {{ ref('company_aliases') }} as a on t.domain = a.domain
),

-- A company is everything said of its canonical domain and of the aliases that lead there.
-- Addresses that belong to nobody are left out here: link shorteners, free mail.
member_domains as (
    select
        t.canonical_domain,
        t.canonical_domain as domain
    from touched_companies as t
    union all
    select
        t.canonical_domain,
        a.domain
    from touched_companies as t
    inner join {{ ref('company_aliases') }} as a on t.canonical_domain = a.canonical_domain
),

mentions as (
    select
        d.canonical_domain,
        m.*,
        case m.source
            {%- for kind in payload_kinds().values() if kind.source %}
                when '{{ kind.source }}' then {{ kind.source }}.raw_payload_id is not null
            {%- endfor %}
            when 'manual_customers' then mc.id is not null
            else true
        end as is_current
    from member_domains as d
    inner join {{ ref('company_mentions') }} as m on d.domain = m.domain
    {%- for model_name, kind in payload_kinds().items() if kind.source %}
        left join {{ ref(model_name) }} as {{ kind.source }}
            on
                m.source = '{{ kind.source }}'
                and m.owner = {{ kind.source }}.{{ kind.owner }}
                and m.raw_payload_id = {{ kind.source }}.raw_payload_id
    {%- endfor %}
    -- an entry that was corrected no longer names the domain it named before
    left join {{ source('raw', 'manual_company_customers') }} as mc
        on
            m.source = 'manual_customers'
            and m.raw_payload_id = mc.id
            and m.domain in (
                {{ function('normal_domain') }}(mc.origin_company_domain),
                {{ function('normal_domain') }}(mc.company_customer_domain)
            )
    where
        not exists (
            select from {{ ref('ignored_domains') }} as i
            where d.canonical_domain = i.domain
        )
),

{{ gather_facts('mentions', 'canonical_domain', 'company', ['name', 'linkedin_url']) }}

select
    {{ function('entity_id') }}('core.companies', canonical_domain) as id,
    canonical_domain as domain,
    name,
    linkedin_url,
    created_at,
    coalesce(greatest(_name_received_at, _linkedin_url_received_at), received_at) as updated_at,

    _name_source,
    _name_raw_payload_id,
    _name_received_at,
    _linkedin_url_source,
    _linkedin_url_raw_payload_id,
    _linkedin_url_received_at,
    {{ function('comparing_form') }}(name) as _name_key,
    {{ name_stem('name') }} as _name_stem,
    {{ written_by() }} as _xid
from gathered
