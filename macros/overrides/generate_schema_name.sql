{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set is_own = node and node.resource_type == 'model' and node.fqn[1] == 'marts' -%}
    {%- set named = custom_schema_name or ('marts' if is_own else none) -%}
    {%- set schema_name = (named or target.schema) | trim -%}
    {%- if node and node.package_name != project_name -%}
        {{ dbt.default__generate_schema_name(custom_schema_name, node) }}
    {%- elif target.name == 'dev' and named -%}
        {{ target.schema }}_{{ schema_name }}
    {%- else -%}
        {{ schema_name }}
    {%- endif -%}
{%- endmacro %}
