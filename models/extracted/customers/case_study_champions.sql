{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'case_study_id'},
) }}

with changed_case_studies as (
    select
        d.id as case_study_id,
        d.case_study_url,
        d.raw_payload_id,
        d._received_at
    from {{ ref('case_study_details') }} as d
    where {{ is_new('d') }}
),

named as (
    select
        c.*,
        e.position,
        {{ function('clean_text') }}(e.item ->> 'full_name') as full_name,
        {{ function('clean_text') }}(e.item ->> 'job_title') as job_title,
        {{ function('clean_text') }}(e.item ->> 'company_name') as company_name
    from changed_case_studies as c
    inner join
        {{ source('raw', 'case_study_extraction_payloads') }} as r
        on c.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (champions jsonb)
    left join {{ items_of('p.champions', 'e') }} on true
),

champions as (
    select distinct on (case_study_id, lower(full_name)) *
    from named
    order by case_study_id, lower(full_name), position
)

select
    {{ item_id('extracted.case_study_champions', 'case_study_url', 'lower(full_name)') }} as id,
    _received_at as created_at,
    case_study_id,
    full_name,
    job_title,
    company_name,

    {{ written_by() }} as _xid
from champions
where {{ without_empty_sets('full_name') }}
