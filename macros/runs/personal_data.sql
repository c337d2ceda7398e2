{% macro personal_data() -%}
    {%- set found = [] -%}
    {%- for node in (graph.sources.values() | list) + (graph.nodes.values() | list)
        if node.resource_type in ('source', 'model', 'seed') -%}
        {%- for column in node.columns.values() if column.meta.get('personal_data') -%}
            {%- do found.append(node.schema ~ '.' ~ (node.identifier or node.alias) ~ '.' ~ column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do print(found | sort | join('\n')) -%}
{%- endmacro %}
