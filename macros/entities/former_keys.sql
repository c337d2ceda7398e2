{#
    Keys that core gave its rows under earlier normal forms. When a normal form changes, what was
    spelled otherwise gets another id; the alias tables lead from the old one to the new. Only core
    itself remembers the old keys, so they are kept here before its tables are made anew.
#}

{% macro former_keys() -%}
    {{ return(api.Relation.create(
        database=target.database,
        schema=generate_schema_name('core', none),
        identifier='former_keys',
    )) }}
{%- endmacro %}


{% macro create_former_keys() -%}
    {%- set kept = former_keys() -%}
    do $$
    begin
        if to_regclass('{{ kept }}') is null then
            perform pg_advisory_xact_lock(hashtext('{{ kept }}'));
            if to_regnamespace('{{ kept.schema }}') is null then
                create schema {{ kept.schema }};
            end if;
            create table if not exists {{ kept }} (
                entity text not null,
                key text not null,
                _xid xid8 not null default pg_current_xact_id(),
                primary key (entity, key)
            );
            comment on table {{ kept }} is
            'Keys that rows of core had under earlier normal forms. One row per entity and key.';
        end if;
    end
    $$
{%- endmacro %}


{# The table that the keys are taken from may not have been built yet. #}
{% macro keep_former_keys(entity, table, key, form) -%}
    {%- set published = former_keys().incorporate(path={'identifier': table}) -%}
    do $do$
    begin
        if {{ is_rescan() }} and to_regclass('{{ published }}') is not null then
            insert into {{ former_keys() }} (entity, key)
            select '{{ entity }}', t.{{ key }}
            from {{ published }} as t
            where {{ function(form) }}(t.{{ key }}) is distinct from t.{{ key }}
            on conflict do nothing;
        end if;
    end
    $do$
{%- endmacro %}
