{#
    Which columns are made of which fields of a payload: `meta.fields` in the yml of a model that reads
    payloads, at the column. A path there stands for all that is below it, too.

    A list of [model, path, column]: the model that keeps the winning payloads, and to which the registry
    sends a workflow; the path; schema, table and column that take it. A model of items is of the model
    that lists it; any other says `payloads_of` in its meta.
#}
{% macro declared_fields() -%}
    {%- set found = [] -%}
    {%- if execute -%}
    {%- set kinds = payload_kinds() -%}
    {%- set keeper = {} -%}
    {%- for name, kind in kinds.items() -%}
        {%- do keeper.update({name: name}) -%}
        {%- for items in kind.get('items', {}).values() -%}
            {%- do keeper.update({items[0]: name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.package_name == model.package_name -%}
        {%- set of = keeper.get(node.name, node.config.meta.get('payloads_of')) -%}
        {%- for column in node.columns.values() -%}
            {%- for path in column.meta.get('fields', []) -%}
                {%- do found.append([of, path, node.schema ~ '.' ~ node.name ~ '.' ~ column.name]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort) }}
{%- endmacro %}


{# Condition: a path is another one, or below it. #}
{% macro is_at_or_below(path, other) -%}
    (
        {{ path }} = {{ other }}
        or {{ other }} = '$'
        or starts_with({{ path }}, {{ other }} || '.')
        or starts_with({{ path }}, {{ other }} || '[')
    )
{%- endmacro %}
