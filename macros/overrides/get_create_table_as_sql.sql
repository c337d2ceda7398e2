{# The batch of a model that has nothing to read is empty: its SQL is not even planned. #}
{% macro postgres__get_create_table_as_sql(temporary, relation, sql) -%}
    {%- if temporary and not has_news() -%}
        create temporary table {{ relation }} (like {{ this }})
    {%- else -%}
        {{ return(default__get_create_table_as_sql(temporary, relation, sql)) }}
    {%- endif -%}
{%- endmacro %}
