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
{#- Nor does a list that is an object, or what of it is one. -#}
{%- set terms_of_companies = ['industries', 'size', 'size_buckets', 'countries'] -%}
{%- set terms_of_people = ['title_contains_any', 'title_contains_all', 'seniority'] -%}
{%- set terms_checked = [] -%}
{%- set lists = {'company_criteria.': terms_of_companies, 'person_criteria.': terms_of_people} -%}
{%- for path in lists -%}
    {%- for term in lists[path] -%}
        {%- do terms_checked.append([
            path ~ term, term ~ '::text', list_of_terms(term), 'not a list of texts'
        ]) -%}
    {%- endfor -%}
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
        bounds.*,
        terms.*
    from winners as w
    cross join
        lateral jsonb_to_record(w.payload) as p (
            company_criteria jsonb,
            person_criteria jsonb
        )
    cross join
        lateral jsonb_to_record({{ object_or_null('p.company_criteria') }}) as bounds (
            employee_count_min text,
            employee_count_max text,
            founded_min text,
            founded_max text,
            industries jsonb,
            size jsonb,
            size_buckets jsonb,
            countries jsonb
        )
    cross join
        lateral jsonb_to_record({{ object_or_null('p.person_criteria') }}) as terms (
            title_contains_any jsonb,
            title_contains_all jsonb,
            seniority jsonb
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
    ] + bounds_checked + terms_checked) }} as _issues,
    {{ written_by() }} as _xid
from parsed
