{#
    What the incremental strategies have in common. Both write only rows that differ, so that
    `_xid` moves exactly when a row changes, and both are INSERT ... ON CONFLICT on the natural
    key, which is safe against a concurrent writer.
#}


{# What a strategy does with a batch of nothing. #}
{% macro nothing_to_write() -%}
    select where false
{%- endmacro %}


{#
    SQL that analyzes a table into which a batch of some per cent went: the models behind would be
    planned for a handful of new rows, and autovacuum comes after the run.
#}
{% macro analyze_after(batch, stored) -%}
    do $do$
    begin
        if (
            select b.reltuples > 1000 and b.reltuples > 0.02 * t.reltuples
            from pg_class as b, pg_class as t
            where b.oid = to_regclass('{{ batch }}') and t.oid = to_regclass('{{ stored }}')
        ) then
            analyze {{ stored }};
        end if;
    end
    $do$
{%- endmacro %}


{#
    SQL that analyzes a table that was just made, if it is of any size. Autovacuum comes a minute later; until
    then the models behind would be planned as if all of it belonged to two hundred entities.
#}
{% macro analyze_new(relation) -%}
    do $do$
    begin
        if pg_relation_size('{{ relation }}') > 100000 then
            analyze {{ relation }};
        end if;
    end
    $do$
{%- endmacro %}


{# Columns that say when or by whom a row was written; they never make a row different. #}
{% macro value_columns(columns, but=[]) -%}
    {{ return(columns | reject('in', ['_xid', '_first_xid'] + but) | list) }}
{%- endmacro %}

{% macro prefixed(prefix, columns) -%}
    {%- for column in columns -%}{{ prefix }}.{{ adapter.quote(column) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro assigned(columns) -%}
    {%- for column in columns %}
        {{ adapter.quote(column) }} = excluded.{{ adapter.quote(column) }}{{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
