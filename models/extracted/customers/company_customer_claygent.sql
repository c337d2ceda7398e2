{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'origin_company_domain'},
) }}

{%- set compared = function('comparing_form') %}

with changed_origins as (
    select
        o.origin_company_domain,
        o.origin_company_name,
        o.raw_payload_id,
        o._received_at
    from {{ ref('claygent_origins') }} as o
    where {{ is_new('o') }}
),

payloads as (
    select
        c.*,
        p.customers,
        p.result
    from changed_origins as c
    inner join
        {{ source('raw', 'company_customer_claygent_payloads') }} as r
        on c.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        customers jsonb,
        result text
    )
),

-- The older form is one text of names.
named as (
    select
        p.*,
        n.position,
        n.name,
        n.case_study_url,
        n.has_case_study
    from payloads as p
    left join lateral (
        select
            e.position,
            {{ function('plain_text') }}(e.item ->> 'companyName') as name,
            e.item ->> 'url' as case_study_url,
            e.item ->> 'hasCaseStudy' as has_case_study
        from {{ items_of('p.customers', 'e') }}
        union all
        select
            t.n::integer - 1 as position,
            t.name,
            null as case_study_url,
            null as has_case_study
        from
            unnest({{ function('listed_names') }}({{ function('plain_text') }}(p.result)))
            with ordinality as t (name, n)
        where {{ list_of('p.customers') }} is null
    ) as n on true
),

cleaned as (
    select
        _received_at,
        raw_payload_id,
        origin_company_domain,
        origin_company_name,
        position,
        {{ function('clean_name') }}(name) as company_customer_name,
        case_study_url,
        has_case_study as has_case_study_text,
        {{ function('as_boolean') }}(has_case_study) as has_case_study
    from named
),

customers as (
    select distinct on (raw_payload_id, {{ compared }}(company_customer_name)) *
    from cleaned
    order by
        raw_payload_id,
        {{ compared }}(company_customer_name),
        has_case_study is true desc,
        position
)

select
    {{ item_id(
        'extracted.company_customer_claygent',
        'origin_company_domain',
        function('comparing_form') ~ '(company_customer_name)',
    ) }} as id,
    _received_at as created_at,
    raw_payload_id,
    origin_company_domain,
    origin_company_name,
    company_customer_name,
    {{ function('plain_text') }}(case_study_url) as case_study_url,
    coalesce(has_case_study, false) as has_case_study,

    position as _position,
    {{ unconverted([
        ['hasCaseStudy', 'has_case_study_text', 'has_case_study', 'neither true nor false'],
        ['url', 'case_study_url', function('plain_text') ~ '(case_study_url)', 'not text'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from customers
where {{ without_empty_sets('company_customer_name') }}
