{% macro provider_of(raw_table, raw_id, workflow) -%}
    case {{ raw_table }}
        {%- for table in raw_keys() %}
        when '{{ table }}'
            then (select w.provider from {{ source('raw', table) }} as w where {{ raw_id }} = w.id)
        {%- endfor %}
        else (select w.provider from {{ ref('workflows') }} as w where {{ workflow }} = w.workflow_slug)
    end
{%- endmacro %}
