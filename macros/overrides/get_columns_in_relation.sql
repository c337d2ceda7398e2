{% macro postgres__get_columns_in_relation(relation) -%}
    {% call statement('get_columns_in_relation', fetch_result=true) %}
        select
            a.attname as column_name,
            format_type(a.atttypid, null) as data_type,
            information_schema._pg_char_max_length(a.atttypid, a.atttypmod) as character_maximum_length,
            information_schema._pg_numeric_precision(a.atttypid, a.atttypmod) as numeric_precision,
            information_schema._pg_numeric_scale(a.atttypid, a.atttypmod) as numeric_scale
        from pg_attribute as a
        where
            a.attrelid = to_regclass('{{ relation.include(database=false) }}')
            and a.attnum > 0
            and not a.attisdropped
        order by a.attnum
    {% endcall %}
    {{ return(sql_convert_columns_in_relation(load_result('get_columns_in_relation').table)) }}
{%- endmacro %}
