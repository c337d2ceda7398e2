{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': '_entity', 'gathers_sources': true},
) }}

-- Values of current payloads that could not be used; payloads that are of no entity, or whose place
-- among the others cannot be told; values of rows that are no payloads.
{% for observed in observed_entities().values() %}
    {%- do depend_on_sources(observed.observers) -%}
{%- endfor %}

with issues as (
    {%- for model_name in payload_kinds() %}
        {{ issues_of(model_name) }}
        union all
        {{ unusable_rows(model_name) }}
        union all
    {%- endfor %}
    {%- for node in source_models() %}
        {{ issues_of_source(node) }}
        union all
    {%- endfor %}
    {%- for raw_table in raw_values() %}
        {{ unusable_values(raw_table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

-- Whatever a source says of one field twice is said once.
select distinct on (entity, raw_table, raw_payload_id, field)
    {{ item_id(
        'extracted.extraction_issues', "raw_table || '/' || raw_payload_id", 'field'
    ) }} as id,
    raw_table,
    raw_payload_id,
    field,
    value,
    case
        -- asked first: `and` would call the function, a long one, also where the reason is unknown
        when reason is distinct from 'not a domain' then reason
        when {{ function('is_page_on_shared_host') }}(value) then 'a page on a shared host'
        else reason
    end as reason,
    created_at,

    entity as _entity,
    {{ written_by() }} as _xid
from issues
where {{ without_empty_sets('field') }}
order by
    entity,
    raw_table,
    raw_payload_id,
    field,
    {{ by_code_points('issues.reason') }},
    {{ by_code_points('issues.value') }}
