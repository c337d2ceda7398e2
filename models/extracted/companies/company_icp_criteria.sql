{{ config(
    incremental_strategy='keep_best',
    unique_key='domain',
) }}

{#- A bound that cannot be read does not restrict, so somebody has to know. -#}
{%- set bounds_checked = [] -%}
{%- for bound in ['employee_count_min', 'employee_count_max', 'founded_min', 'founded_max'] -%}
    {%- do bounds_checked.append([
        'company_criteria.' ~ bound, bound, function('as_integer') ~ '(' ~ bound ~ ')',
        'not a whole number',
    ]) -%}
{%- endfor -%}

with winners as (
    {{ winning_payloads('company_icp_criteria') }}
),

parsed as (
    select
        w.entity_key,
        w.raw_payload_id,
        w.created_at,
        w._refreshed_at,
        w._received_at,
        p.*,
        bounds.*
    from winners as w
    cross join
        lateral jsonb_to_record(w.payload) as p (
            company_criteria jsonb,
            person_criteria jsonb
        )
    cross join lateral jsonb_to_record({{ object_or_null('p.company_criteria') }}) as bounds (
        employee_count_min text,
        employee_count_max text,
        founded_min text,
        founded_max text
    )
)

select
    {{ function('entity_id') }}('extracted.company_icp_criteria', entity_key) as id,
    raw_payload_id,
    entity_key as domain,
    {{ object_or_null('company_criteria') }} as company_criteria,
    {{ object_or_null('person_criteria') }} as person_criteria,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        [
            'company_criteria', 'company_criteria::text', object_or_null('company_criteria'),
            'not a JSON object'
        ],
        [
            'person_criteria', 'person_criteria::text', object_or_null('person_criteria'),
            'not a JSON object'
        ],
    ] + bounds_checked) }} as _issues,
    {{ written_by() }} as _xid
from parsed
