{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set schema_name = (custom_schema_name or target.schema) | trim -%}
    {%- if target.name == 'dev' and custom_schema_name -%}
        {{ target.schema }}_{{ schema_name }}
    {%- else -%}
        {{ schema_name }}
    {%- endif -%}
{%- endmacro %}
