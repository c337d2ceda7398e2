{% macro provider_of(raw_table, raw_id, workflow) -%}
    case {{ raw_table }}
        {%- for table in raw_keys() %}
        when '{{ table }}'
            then
                {%- set provider -%}
                    (select w.provider from {{ source('raw', table) }} as w where {{ raw_id }} = w.id)
                {%- endset -%}
                {%- if table in identifiers_of() %}
                coalesce(
                    {{ provider }},
                    -- said by the payload of somebody who was erased
                    (
                        select k.provider from {{ source('raw', 'company_statements') }} as k
                        where {{ raw_id }} = k.id
                    )
                )
                {%- else %}
                {{ provider }}
                {%- endif %}
        {%- endfor %}
        else (select w.provider from {{ ref('workflows') }} as w where {{ workflow }} = w.workflow_slug)
    end
{%- endmacro %}
