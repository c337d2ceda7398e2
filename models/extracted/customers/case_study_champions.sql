{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'case_study_id'},
) }}

with changed_case_studies as (
    select
        d.id as case_study_id,
        d.case_study_url,
        d.company_customer_name,
        d.company_customer_domain,
        d.raw_payload_id,
        d._received_at
    from {{ ref('case_study_details') }} as d
    where {{ is_new('d') }}
),

named as (
    select
        c.case_study_id,
        c.case_study_url,
        c.company_customer_name,
        c.company_customer_domain,
        c.raw_payload_id,
        c._received_at,
        e.position,
        {{ function('plain_text') }}(i.full_name) as name,
        i.job_title,
        i.company_name
    from (
        select
            d.*,
            {{ payload_of('r') }} -> 'champions' as champions
        from changed_case_studies as d
        inner join
            {{ source('raw', 'case_study_extraction_payloads') }} as r
            on d.raw_payload_id = r.id
        -- a fence: the list alone is fetched, and opened outside
        {{ fence() }}
    ) as c
    left join {{ items_of('c.champions', 'e') }} on true
    cross join
        lateral jsonb_to_record(e.item) as i (full_name text, job_title text, company_name text)
),

cleaned as (
    select
        *,
        -- whoever is erased is not named, and the study is
        case
            when not {{ is_suppressed(names_at(
                'name', ['company_customer_domain'], ['company_name', 'company_customer_name']
            )) }}
                then {{ function('clean_name') }}(name)
        end as full_name
    from named
),

compared as (
    select
        *,
        {{ function('comparing_form') }}(full_name) as name_key,
        {{ function('plain_text') }}(company_name) as plain_company_name
    from cleaned
    -- a fence: the forms are made once
    {{ fence() }}
),

champions as (
    select distinct on (case_study_id, name_key) *
    from compared
    order by case_study_id, name_key, position
)

select
    {{ item_id(
        'extracted.case_study_champions',
        'case_study_url',
        'name_key',
    ) }} as id,
    _received_at as created_at,
    case_study_id,
    full_name,
    {{ function('plain_text') }}(job_title) as job_title,
    plain_company_name as company_name,

    name_key as _name_key,
    {{ name_stem('plain_company_name') }} as _company_stem,
    {{ name_stem('company_customer_name') }} as _customer_stem,
    case_study_url as _case_study_url,
    raw_payload_id as _raw_payload_id,
    position as _position,
    {{ unconverted(kept_as_text(['job_title', 'company_name'])) }} as _issues,
    {{ written_by() }} as _xid
from champions
where {{ without_empty_sets('full_name') }}
