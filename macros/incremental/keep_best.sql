{#
    Survivorship: the batch holds the best new row of each entity; the better one of it and the
    stored row stays, and the earliest receipt of both.

    meta.stays: SQL condition over t, rows that stay although nothing new gives them.
    unique_key: the entity's natural key. Needs columns created_at, _refreshed_at, _received_at,
    raw_payload_id.
#}
{% macro get_incremental_keep_best_sql(arg_dict) -%}
    {%- if not has_news() -%}
        {{ return(nothing_to_write()) }}
    {%- endif -%}
    {%- set stored = arg_dict.target_relation -%}
    {%- set batch = arg_dict.temp_relation -%}
    {%- set key = [arg_dict.unique_key] if arg_dict.unique_key is string else arg_dict.unique_key -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set values = value_columns(columns, but=['created_at'] + key) -%}
    {%- set stays = (config.get('meta') or {}).get('stays') -%}
    analyze {{ batch }} ({{ get_quoted_csv(key) }});

    delete from {{ stored }} as t
    where
        {{ is_rescan() }}
        {{ 'and not (' ~ stays ~ ')' if stays }}
        and not exists (select 1 from {{ batch }} as s where ({{ prefixed('s', key) }}) = ({{ prefixed('t', key) }}));

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


{% macro payload_order(row) -%}
    (coalesce({{ row }}._refreshed_at, '-infinity'), {{ row }}._received_at, {{ row }}.raw_payload_id)
{%- endmacro %}
