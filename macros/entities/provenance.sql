{#
    SQL for the provider of a raw row: as the row has it, else, in an export, as the registry has it.

    Args:
        raw_table: SQL of the table's name.
        raw_id: SQL of the row's id.
        workflow: SQL of the workflow that lands in a table without a column for it.
#}
{% macro provider_of(raw_table, raw_id, workflow) -%}
    case {{ raw_table }}
        {%- for kind in payload_kinds().values() %}
        when '{{ kind.raw_table }}'
            then (select w.provider from {{ source('raw', kind.raw_table) }} as w where {{ raw_id }} = w.id)
        {%- endfor %}
        else (select w.provider from {{ ref('workflows') }} as w where {{ workflow }} = w.workflow_slug)
    end
{%- endmacro %}
