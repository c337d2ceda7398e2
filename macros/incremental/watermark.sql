{#
    What a model has not seen yet.

    Every row that a model may read carries `_xid`, the transaction that wrote it last. A model's
    watermark is the snapshot it read with: a row is new when its transaction was not visible in
    that snapshot. Commit order, clocks and late commits do not matter, and a writer has to do
    nothing but let the column default work.

    The watermark is opened by a pre-hook, in the transaction of the model: it advances with the
    rows it covers or not at all. It hands the previous snapshot to the model's own SQL in
    transaction-local settings, because the SQL is compiled before the hook runs.
#}

{% macro watermarks() -%}
    {{ return(api.Relation.create(
        database=target.database,
        schema=generate_schema_name('extracted', none),
        identifier='watermarks',
    )) }}
{%- endmacro %}


{# What an earlier release called basis is carried over: its watermarks stay what they are. #}
{% macro create_watermarks() -%}
    {%- set watermarks = watermarks() -%}
    {%- set of_old -%}
        select 1 from pg_attribute
        where attrelid = to_regclass('{{ watermarks }}') and attname = 'basis' and not attisdropped
    {%- endset -%}
    do $$
    begin
        if to_regclass('{{ watermarks }}') is null or exists ({{ of_old }}) then
            perform pg_advisory_xact_lock(hashtext('{{ watermarks }}'));
            -- asked first: the statement needs a right on the database, also where it does nothing
            if to_regnamespace('{{ watermarks.schema }}') is null then
                create schema {{ watermarks.schema }};
            end if;
            if exists ({{ of_old }}) then
                alter table {{ watermarks }} rename column basis to fingerprint;
            end if;
            create table if not exists {{ watermarks }} (
                model text primary key,
                seen pg_snapshot not null,
                fingerprint jsonb not null,
                advanced_at timestamptz not null
            );
            comment on table {{ watermarks }} is
            'What each model has seen of its sources. Deleting rows is safe: the model reads '
            'everything once more and arrives at the same table. One row per incremental model.';
            comment on column {{ watermarks }}.seen is
            'Snapshot the model last read with; rows of transactions it does not contain are new.';
            comment on column {{ watermarks }}.fingerprint is
            'What the snapshot depends on: code, functions, seeds, cluster, identity of the model''s '
            'table and of those it reads. When any of it changes the model reads everything once more.';
            comment on column {{ watermarks }}.advanced_at is 'When the model last read.';
        end if;
    end
    $$
{%- endmacro %}


{# SQL behind the creation of a model's table: from now on its watermark depends on this one. #}
{% macro depend_on_new_table() -%}
    {%- if not flags.EMPTY -%}
    update {{ watermarks() }}
    set fingerprint = fingerprint || jsonb_build_object('table', to_regclass('{{ this }}')::oid::bigint)
    where model = '{{ model.name }}'
    {%- endif -%}
{%- endmacro %}


{#
    Settings, local to the transaction:
        hq.seen         the snapshot read with last time; `1:1:`, which contains nothing, to see all
        hq.rescan       whether everything is read, so that rows which no longer follow from it can go
        hq.xid          this transaction, for the rows the model writes
        hq.fingerprint  what the next watermark depends on. It is looked up once, before anything is
                        read: what changes from here on differs from it next time
        hq.before       the fingerprint that does not hold any more; empty if it does
        hq.has_news     whether there is anything to read; else the model is left as it is

    Three of the planner's settings go with it. Memoize would copy whole JSON arrays into a cache that
    never hits. Compiling (jit) takes longer than it saves: the expressions are long, and each parallel
    worker compiles them for itself. And where everything is read, the planner, which cannot know how
    many entities are behind the rows, must not fetch payloads one by one.
#}
{% macro open_watermark() -%}
    {#- named when dbt parses, too: the function is to be there before the model -#}
    {%- set is_unread = is_new('u') -%}
    {%- if execute and config.get('materialized') == 'incremental' -%}
    {%- do take_turn() -%}
    {%- if flags.EMPTY %}
    select
        set_config('hq.seen', pg_current_snapshot()::text, true),
        set_config('hq.rescan', 'false', true),
        set_config('hq.xid', pg_current_xact_id()::text, true)
    {%- else -%}
    {%- set anew = flags.FULL_REFRESH or load_cached_relation(this) is none -%}
    {%- call statement('watermark', fetch_result=true) %}
    -- an update without a change: whoever deletes the row meanwhile waits
    insert into {{ watermarks() }} as w (model, seen, fingerprint, advanced_at)
    values ('{{ model.name }}', '1:1:', '{}', now())
    on conflict (model) do update set seen = w.seen;

    with previous as (
        select
            w.seen,
            w.fingerprint as before,
            f.fingerprint,
            w.fingerprint = f.fingerprint and not {{ anew }} as holds
        from {{ watermarks() }} as w
        cross join (select {{ fingerprint() }} as fingerprint {{ fence() }}) as f
        where w.model = '{{ model.name }}'
    )

    select
        set_config('hq.seen', case when holds then seen::text else '1:1:' end, true),
        set_config('hq.rescan', (not holds)::text, true),
        set_config('hq.xid', pg_current_xact_id()::text, true),
        set_config('hq.fingerprint', fingerprint::text, true),
        set_config('hq.before', case when holds then '' else before::text end, true)
    from previous;

    -- before anything is looked at: what commits from here on is new next time, too
    update {{ watermarks() }}
    set
        seen = pg_current_snapshot(),
        fingerprint = current_setting('hq.fingerprint')::jsonb,
        advanced_at = clock_timestamp()
    where model = '{{ model.name }}';

    select
        set_config(
            'hq.has_news',
            (
                current_setting('hq.rescan')::boolean
                {%- for unique_id in upstream_of(model).read %}
                or exists (select 1 from {{ relation_of(unique_id) }} as u where {{ is_unread }})
                {%- endfor %}
            )::text,
            true
        );

    {%- if (config.get('meta') or {}).get('reads_whole') %}
    -- This model reads all or nothing: any new row behind it makes it read everything.
    select
        set_config('hq.seen', case when news then '1:1:' else pg_current_snapshot()::text end, true),
        set_config('hq.rescan', news::text, true)
    from (select current_setting('hq.has_news')::boolean as news {{ fence() }}) as look;
    {%- endif %}

    select
        set_config('enable_memoize', 'off', true),
        set_config('jit', 'off', true),
        set_config('enable_nestloop', case when {{ is_rescan() }} then 'off' else 'on' end, true);

    select
        current_setting('hq.before'),
        current_setting('hq.fingerprint'),
        current_setting('hq.has_news')::boolean
    {%- endcall -%}
    {%- set before, now, has_news = load_result('watermark').data[0] -%}
    {#- dbt gives the result once; this dictionary is the node's own for as long as it runs -#}
    {%- do model.update({'has_news': has_news}) -%}
    {%- if before -%}
        {%- set reasons = reasons_to_read_everything(fromjson(before), fromjson(now)) -%}
        {%- do log(model.name ~ ' reads everything: ' ~ reasons, info=true) -%}
    {%- endif -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    Whether there is anything for the model at hand to read, as its open watermark says. What comes of
    nothing need not be planned, which takes most of what a model costs in a run without news.
#}
{% macro has_news() -%}
    {{ return(model.get('has_news', true)) }}
{%- endmacro %}
