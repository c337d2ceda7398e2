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


{% macro create_watermarks() -%}
    {%- set watermarks = watermarks() -%}
    do $$
    begin
        if to_regclass('{{ watermarks }}') is null then
            perform pg_advisory_xact_lock(hashtext('{{ watermarks }}'));
            -- asked first: the statement needs a right on the database, also where it does nothing
            if to_regnamespace('{{ watermarks.schema }}') is null then
                create schema {{ watermarks.schema }};
            end if;
            create table if not exists {{ watermarks }} (
                model text primary key,
                seen pg_snapshot not null,
                basis jsonb not null,
                advanced_at timestamptz not null
            );
            comment on table {{ watermarks }} is
            'What each model has seen of its sources. Deleting rows is safe: the model reads '
            'everything once more and arrives at the same table. One row per incremental model.';
            comment on column {{ watermarks }}.seen is
            'Snapshot the model last read with; rows of transactions it does not contain are new.';
            comment on column {{ watermarks }}.basis is
            'What the snapshot rests on: code, seeds, cluster, identity of the model''s table and '
            'of those it reads. When any of it changes the model reads everything once more.';
            comment on column {{ watermarks }}.advanced_at is 'When the model last read.';
        end if;
    end
    $$
{%- endmacro %}


{#
    Ids of the seeds and functions a node rests on, through other functions, and of the sources
    and models it reads itself.
#}
{% macro upstream_of(node) -%}
    {%- set found = {'read': [], 'code': []} -%}
    {%- set queue = node.depends_on.nodes | list -%}
    {%- for _ in range(200) if queue -%}
        {%- set unique_id = queue.pop(0) -%}
        {%- if unique_id.startswith('seed.') or unique_id.startswith('function.') -%}
            {%- if unique_id not in found.code -%}
                {%- do found.code.append(unique_id) -%}
                {%- do queue.extend(deployed_node(unique_id).depends_on.nodes) -%}
            {%- endif -%}
        {%- elif unique_id not in found.read -%}
            {%- do found.read.append(unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'read': found.read | sort, 'code': found.code | sort}) }}
{%- endmacro %}


{# What the node at hand reads when it refers to a model or source; under --defer not always ours. #}
{% macro relation_of(unique_id) -%}
    {%- set node = graph.nodes.get(unique_id) -%}
    {{ return(ref(node.name) if node else graph.sources.get(unique_id).relation_name) }}
{%- endmacro %}


{# Whether a model is made of seeds alone: small, and any change of it concerns every row behind it. #}
{% macro rests_on_seeds(unique_id) -%}
    {%- set node = graph.nodes.get(unique_id) -%}
    {{ return(
        node is not none
        and node.resource_type == 'model'
        and not upstream_of(node).read
    ) }}
{%- endmacro %}


{#
    SQL for the basis of a watermark, a jsonb: the model's code with its functions and seeds, the
    cluster (transaction ids mean nothing in another one) and the identity of the model's table and
    of every table read; of a table that is made of seeds alone also what is in it, because lines
    that went leave no trace.
#}
{% macro watermark_basis(node) -%}
    {%- set upstream = upstream_of(node) -%}
    {%- set code = [node.raw_code] -%}
    {%- for unique_id in upstream.code -%}
        {%- do code.append(deployed_node(unique_id).checksum.checksum) -%}
    {%- endfor -%}
    jsonb_build_object(
        'code', '{{ local_md5(code | join("\n")) }}',
        'cluster', (select system_identifier::text from pg_control_system()),
        'table', to_regclass('{{ this }}')::oid::bigint
        {%- for unique_id in upstream.read %},
        '{{ unique_id }}', to_regclass('{{ relation_of(unique_id) }}')::oid::bigint
        {%- if rests_on_seeds(unique_id) %},
        '{{ unique_id }} holds',
        (select md5(string_agg(u::text, '' order by u.id)) from {{ relation_of(unique_id) }} as u)
        {%- endif %}
        {%- endfor %}
    )
{%- endmacro %}


{# SQL behind the creation of a model's table: from now on its watermark rests on this one. #}
{% macro rest_on_new_table() -%}
    {%- if not flags.EMPTY -%}
    update {{ watermarks() }}
    set basis = basis || jsonb_build_object('table', to_regclass('{{ this }}')::oid::bigint)
    where model = '{{ model.name }}'
    {%- endif -%}
{%- endmacro %}


{#
    Pre-hook of every incremental model: wait for another run of the same model, take the model's
    watermark, tell the model what it has seen, and advance it.

    Settings, local to the transaction:
        hq.seen    the snapshot read with last time; `1:1:`, which contains nothing, to see all
        hq.until   rows of this transaction and later ones are left to the next run. Only a dump of
                   another cluster brings such rows: they would be new in every run
        hq.rescan  whether everything is read, so that rows which no longer follow from it can go
        hq.xid     this transaction, for the rows the model writes
        hq.basis   what the next watermark rests on. It is looked up once, before anything is read:
                   what changes from here on differs from it next time

    Three of the planner's settings go with it. Memoize would copy whole JSON arrays into a cache that
    never hits. Compiling (jit) takes longer than it saves: the expressions are long, and each parallel
    worker compiles them for itself. And where everything is read, the planner, which cannot know how
    many entities are behind the rows, must not fetch payloads one by one.
#}
{% macro open_watermark() -%}
    {%- if execute and config.get('materialized') == 'incremental' -%}
    {%- set reads_whole = (config.get('meta') or {}).get('reads_whole', false) -%}
    {%- do take_turn() -%}
    {%- if flags.EMPTY %}
    select
        set_config('hq.seen', pg_current_snapshot()::text, true),
        set_config('hq.rescan', 'false', true),
        set_config('hq.xid', pg_current_xact_id()::text, true)
    {%- else %}
    {%- set anew = flags.FULL_REFRESH or load_cached_relation(this) is none %}
    {%- set read = upstream_of(model).read %}
    -- an update without a change: whoever deletes the row meanwhile waits
    insert into {{ watermarks() }} as w (model, seen, basis, advanced_at)
    values ('{{ model.name }}', '1:1:', '{}', now())
    on conflict (model) do update set seen = w.seen;

    with previous as (
        select
            w.seen,
            b.basis,
            w.basis = b.basis and not {{ anew }} as holds
        from {{ watermarks() }} as w
        cross join (select {{ watermark_basis(model) }} as basis {{ fence() }}) as b
        where w.model = '{{ model.name }}'
    )

    select
        set_config('hq.seen', case when holds then seen::text else '1:1:' end, true),
        set_config('hq.rescan', (not holds)::text, true),
        set_config('hq.xid', pg_current_xact_id()::text, true),
        set_config('hq.basis', basis::text, true)
    from previous;

    -- before anything is looked at: what commits from here on is new next time, too
    update {{ watermarks() }}
    set
        seen = pg_current_snapshot(),
        basis = current_setting('hq.basis')::jsonb,
        advanced_at = clock_timestamp()
    where model = '{{ model.name }}';

    select set_config('hq.until', {{ until_now() }}, true)
    where not {{ is_rescan() }};

    {%- if reads_whole %}
    -- This model reads all or nothing: any new row behind it makes it read everything.
    select
        set_config('hq.seen', case when news then '1:1:' else pg_current_snapshot()::text end, true),
        set_config('hq.until', case when not news then {{ until_now() }} end, true),
        set_config('hq.rescan', news::text, true)
    from (
        select
            current_setting('hq.rescan')::boolean
            {%- for unique_id in read %}
            or exists (select from {{ relation_of(unique_id) }} as u where {{ is_new('u') }})
            {%- endfor %} as news
        {{ fence() }}
    ) as look;
    {%- endif %}

    select
        set_config('enable_memoize', 'off', true),
        set_config('jit', 'off', true),
        set_config('enable_nestloop', case when {{ is_rescan() }} then 'off' else 'on' end, true)
    {%- endif %}
    {%- endif %}
{%- endmacro %}


{#
    Condition: this row was not there when the model last read. The first two lines are what an
    index on `_xid` serves.

    Args:
        row: alias of a relation whose rows carry `_xid`.
#}
{% macro is_new(row) -%}
    {{ row }}._xid >= pg_snapshot_xmin({{ seen() }})
    and {{ row }}._xid < {{ until() }}
    and not pg_visible_in_snapshot({{ row }}._xid, {{ seen() }})
{%- endmacro %}


{# The snapshot the model last read with; outside a run (unit tests, compiled SQL) nothing is seen. #}
{% macro seen() -%}
    coalesce(nullif(current_setting('hq.seen', true), ''), '1:1:')::pg_snapshot
{%- endmacro %}


{# The first transaction that is left to the next run; without a run, or to read all, there is none. #}
{% macro until() -%}
    coalesce(nullif(current_setting('hq.until', true), ''), '18446744073709551615')::xid8
{%- endmacro %}


{# SQL for that transaction, as text: the first one that has not begun yet. #}
{% macro until_now() -%}
    pg_snapshot_xmax(pg_current_snapshot())::text
{%- endmacro %}


{# SQL boolean: everything is being read, so rows that do not come out again have to go. #}
{% macro is_rescan() -%}
    coalesce(nullif(current_setting('hq.rescan', true), ''), 'true')::boolean
{%- endmacro %}


{# The transaction that writes the model's rows (pg_current_xact_id() would forbid parallel plans). #}
{% macro written_by() -%}
    nullif(current_setting('hq.xid', true), '')::xid8
{%- endmacro %}
