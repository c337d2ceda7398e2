{#
    Incremental strategies. Both write only rows that differ, so that `_xid` moves exactly when a
    row changes, and both are INSERT ... ON CONFLICT on the natural key, which is safe against a
    concurrent writer. A batch that moves the statistics of its table has them gathered anew: the
    models behind would be planned for a handful of new rows, and autovacuum comes after the run.
#}


{# SQL that analyzes a table into which a batch of some per cent went. #}
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


{# Columns that say when or by whom a row was written; they never make a row different. #}
{% macro value_columns(columns, but=[]) -%}
    {{ return(columns | reject('in', ['_xid'] + but) | list) }}
{%- endmacro %}

{% macro prefixed(prefix, columns) -%}
    {%- for column in columns -%}{{ prefix }}.{{ adapter.quote(column) }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro assigned(columns) -%}
    {%- for column in columns %}
        {{ adapter.quote(column) }} = excluded.{{ adapter.quote(column) }}{{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#
    Survivorship: the batch holds the best new row of each entity; the better one of it and the
    stored row stays, and the earliest receipt of both.

    meta.stays: SQL condition over t, rows that stay although nothing new gives them.
    unique_key: the entity's natural key. Needs columns created_at, _refreshed_at, _received_at,
    raw_payload_id.
#}
{% macro get_incremental_keep_best_sql(arg_dict) -%}
    {%- set stored = arg_dict.target_relation -%}
    {%- set batch = arg_dict.temp_relation -%}
    {%- set key = [arg_dict.unique_key] if arg_dict.unique_key is string else arg_dict.unique_key -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set values = value_columns(columns, but=['created_at'] + key) -%}
    {%- set stays = (config.get('meta') or {}).get('stays') -%}
    analyze {{ batch }};

    delete from {{ stored }} as t
    where
        {{ is_rescan() }}
        {{ 'and not (' ~ stays ~ ')' if stays }}
        and not exists (select from {{ batch }} as s where ({{ prefixed('s', key) }}) = ({{ prefixed('t', key) }}));

    update {{ stored }} as t
    set created_at = s.created_at, _xid = s._xid
    from {{ batch }} as s
    where
        ({{ prefixed('s', key) }}) = ({{ prefixed('t', key) }})
        and (s.created_at < t.created_at or ({{ is_rescan() }} and s.created_at > t.created_at));

    insert into {{ stored }} as t ({{ get_quoted_csv(columns) }})
    select {{ prefixed('s', columns) }}
    from {{ batch }} as s
    on conflict ({{ get_quoted_csv(key) }}) do update
    set {{ assigned(values + ['_xid']) }}
    where
        (
            {{ is_rescan() }}
            or {{ payload_order('excluded') }} >= {{ payload_order('t') }}
        )
        and ({{ prefixed('t', values) }}) is distinct from ({{ prefixed('excluded', values) }});

    {{ analyze_after(batch, stored) }}
{%- endmacro %}


{#
    Sets: the batch holds the whole new set of each owner it names; rows of these owners that are
    not in it go. An owner whose set is empty is named by one row with NULL in the unique key.

    unique_key: one column, the row's id. meta.owner: the column that names the owner.
#}
{% macro get_incremental_replace_set_sql(arg_dict) -%}
    {%- set stored = arg_dict.target_relation -%}
    {%- set batch = arg_dict.temp_relation -%}
    {%- set key = arg_dict.unique_key -%}
    {%- set owner = (config.get('meta') or {}).get('owner') -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set values = value_columns(columns, but=[key]) -%}
    analyze {{ batch }};

    delete from {{ stored }} as t
    where
        {{ is_rescan() }}
        and not exists (select from {{ batch }} as s where s.{{ key }} = t.{{ key }});

    delete from {{ stored }} as t
    using (select distinct {{ owner }} from {{ batch }}) as o
    where
        t.{{ owner }} = o.{{ owner }}
        and not exists (select from {{ batch }} as s where s.{{ key }} = t.{{ key }});

    insert into {{ stored }} as t ({{ get_quoted_csv(columns) }})
    select {{ prefixed('s', columns) }}
    from {{ batch }} as s
    where s.{{ key }} is not null
    on conflict ({{ key }}) do update
    set {{ assigned(values + ['_xid']) }}
    where ({{ prefixed('t', values) }}) is distinct from ({{ prefixed('excluded', values) }});

    {{ analyze_after(batch, stored) }}
{%- endmacro %}


{#
    Filter of a replace_set model: the rows that name an owner without items belong in the batch,
    where the strategy reads them, and not in the table, which the first build fills directly.
#}
{% macro without_empty_sets(id) -%}
    {{ 'true' if is_incremental() else id ~ ' is not null' }}
{%- endmacro %}


{# The order of payloads as one comparable row, greatest wins; an unknown refresh loses. #}
{% macro payload_order(row) -%}
    (coalesce({{ row }}._refreshed_at, '-infinity'), {{ row }}._received_at, {{ row }}.raw_payload_id)
{%- endmacro %}


{# SQL for the id of an item of a set; NULL in the row that names an owner without items. #}
{% macro item_id(kind, owner, item) -%}
    case
        when {{ item }} is not null
            then {{ function('entity_id') }}('{{ kind }}', {{ owner }}, {{ item }})
    end
{%- endmacro %}
