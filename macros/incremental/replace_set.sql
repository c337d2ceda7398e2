{#
    Sets: the batch holds the whole new set of each owner it names; rows of these owners that are
    not in it go. An owner whose set is empty is named by one row with NULL in the unique key.

    unique_key: one column, the row's id. meta.owner: the column that names the owner.
    meta.withdrawn: rows that are not in the new set of their owner stay, without what they said, the
    columns in `values`; when everything is read only those that meet `outlive`, a condition over t.
    meta.rivals: a column that rows of several owners share; what shared it with a row that goes is new
    to the models behind, since nothing else of it tells.
#}
{% macro get_incremental_replace_set_sql(arg_dict) -%}
    {%- if not has_news() -%}
        {{ return(nothing_to_write()) }}
    {%- endif -%}
    {%- set stored = arg_dict.target_relation -%}
    {%- set batch = arg_dict.temp_relation -%}
    {%- set key = arg_dict.unique_key -%}
    {%- set owner = (config.get('meta') or {}).get('owner') -%}
    {%- set withdrawn = (config.get('meta') or {}).get('withdrawn') -%}
    {%- set rivals = (config.get('meta') or {}).get('rivals') -%}
    {%- set columns = arg_dict.dest_columns | map(attribute='name') | list -%}
    {%- set values = value_columns(columns, but=[key]) -%}
    analyze {{ batch }} ({{ get_quoted_csv([key, owner] | unique | list) }});

    {%- if withdrawn %}
        {#- apart, here and below: for one condition that is either of both no index serves -#}
        {%- for those in [
            is_rescan() ~ ' and (' ~ withdrawn.outlive ~ ')',
            'not ' ~ is_rescan() ~ ' and t.' ~ owner ~ ' in (select s.' ~ owner ~ ' from ' ~ batch ~ ' as s)',
        ] %}

    update {{ stored }} as t
    set
            {%- for column in withdrawn['values'] %}
        {{ adapter.quote(column) }} = null,
            {%- endfor %}
        _xid = {{ written_by() }}
    where
        {{ those }}
        and not exists (select 1 from {{ batch }} as s where s.{{ key }} = t.{{ key }})
        and num_nonnulls({{ prefixed('t', withdrawn['values']) }}) > 0;
        {%- endfor %}
    {%- endif %}

    {%- if rivals %}

    update {{ stored }} as t
    set _xid = {{ written_by() }}
    where t.{{ rivals }} in (
        {%- for those in [
            is_rescan(), 'g.' ~ owner ~ ' in (select s.' ~ owner ~ ' from ' ~ batch ~ ' as s)'
        ] %}
        select g.{{ rivals }}
        from {{ stored }} as g
        where
            {{ those }}
            and not exists (select 1 from {{ batch }} as s where s.{{ key }} = g.{{ key }})
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    );
    {%- endif %}

    delete from {{ stored }} as t
    where
        {{ is_rescan() }}
        {{ 'and not (' ~ withdrawn.outlive ~ ')' if withdrawn }}
        and not exists (select 1 from {{ batch }} as s where s.{{ key }} = t.{{ key }});

    {%- if not withdrawn %}

    delete from {{ stored }} as t
    using (select distinct {{ owner }} from {{ batch }}) as o
    where
        t.{{ owner }} = o.{{ owner }}
        and not exists (select 1 from {{ batch }} as s where s.{{ key }} = t.{{ key }});
    {%- endif %}

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
    A first build reads everything, and where everything is read the strategy needs no row of an
    owner without items: what is not in the batch goes. So this is decided while the model runs,
    and its SQL is the same in every run.
#}
{% macro without_empty_sets(id) -%}
    ({{ id }} is not null or not {{ is_rescan() }})
{%- endmacro %}


{% macro item_id(kind, owner, item) -%}
    case
        when {{ item }} is not null
            then {{ function('entity_id') }}('{{ kind }}', {{ owner }}, {{ item }})
    end
{%- endmacro %}
