{# Rows that are deleted stay visible to a statement that began before; truncated ones do not. #}
{% macro postgres__create_csv_table(model, agate_table) -%}
    {{ return(seed_table(model, agate_table)) }}
{%- endmacro %}


{% macro postgres__reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
    {{ return(seed_table(model, agate_table)) }}
{%- endmacro %}


{# Checked in the transaction that has emptied the table: what is refused never happened. #}
{% macro postgres__load_csv_rows(model, agate_table) -%}
    {%- if not is_reviewed(model) -%}
        {{ return(dbt.default__load_csv_rows(model, agate_table)) }}
    {%- endif -%}
    {%- call statement('cells') -%}
        create temporary table cells on commit drop as {{ cells_of_seed(model) }}
    {%- endcall -%}
    {%- do require_right_cells(model) -%}
    {%- set fill -%}
        insert into {{ this }} ({{ model.columns.keys() | join(', ') }})
        select
            {%- for name in model.columns %}
            {{ name }}::{{ model.config.column_types[name] }}{{ ',' if not loop.last }}
            {%- endfor %}
        from pg_temp.cells
        order by line
    {%- endset -%}
    {%- call statement('fill') -%} {{ fill }} {%- endcall -%}
    {{ return(fill) }}
{%- endmacro %}


{# Bring the seed's table about, without a row; the SQL that did it. #}
{% macro seed_table(model, agate_table) -%}
    {%- if fits_seed(model, agate_table) -%}
        {%- set empty = 'delete from ' ~ this -%}
        {%- call statement('seed') -%} {{ empty }} {%- endcall -%}
        {{ return(empty) }}
    {%- endif -%}
    {%- call statement('seed') -%} drop table if exists {{ this }} cascade {%- endcall -%}
    {{ return(dbt.default__create_csv_table(model, agate_table)) }}
{%- endmacro %}


{# Whether the seed's table is there, with the columns of the CSV and their types. #}
{% macro fits_seed(model, agate_table) -%}
    {%- set types = model.config.get('column_types', {}) -%}
    {%- call statement('fits', fetch_result=true) -%}
        select
            array_agg(a.attname || ' ' || a.atttypid::regtype order by a.attnum) = array[
                {%- for name in agate_table.column_names %}
                '{{ name }} ' || '{{ types.get(name, adapter.convert_type(agate_table, loop.index0)) }}'::regtype
                {{- ',' if not loop.last }}
                {%- endfor %}
            ]
        from pg_attribute as a
        where a.attrelid = to_regclass('{{ this }}') and a.attnum > 0 and not a.attisdropped
    {%- endcall -%}
    {{ return(load_result('fits').table[0][0]) }}
{%- endmacro %}
