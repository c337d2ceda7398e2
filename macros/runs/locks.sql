{#
    Two runs at once take turns, model by model. Each model, seed, function and view has an advisory
    lock of its own, which the transaction that builds it holds from its first statement on: what it
    finds then is what the other run has committed, and no two write the same thing. A transaction
    holds one such lock at most, so runs cannot lock each other out.
#}

{#
    The two numbers of a lock: NODES of ingest/postgres/locks.py, which is the one list of all
    locks, and what tells the nodes apart.
#}
{% macro lock_of(name) -%}
    18513, hashtext('{{ name }}')
{%- endmacro %}


{#
    Take the lock of the node at hand until its transaction ends, and settle what else the transaction
    depends on; say so before waiting for the lock. To be called where it is rendered while the node is
    built: in a hook or in a materialization.

    The statements begin the node's transaction, which dbt's run_query would not.
#}
{% macro take_turn() -%}
    {%- if execute -%}
    {%- set lock = lock_of(this) -%}
    {%- call statement('turn', fetch_result=true) -%}
        {{ begin_settled() }}
        select pg_try_advisory_xact_lock({{ lock }})
    {%- endcall -%}
    {%- if not load_result('turn').table[0][0] -%}
        {%- do announce_wait(lock) -%}
        {%- call statement('turn') -%} select pg_advisory_xact_lock({{ lock }}) {%- endcall -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    Keep owners and rights as they are until the transaction ends: a function or view that is
    replaced while another run, at its end, grants rights on it fails with "tuple concurrently
    updated". The lock is RIGHTS of ingest/postgres/locks.py, which extracted.keep_access() takes.
#}
{% macro hold_rights() -%}
    {%- do take_rights('_shared') -%}
{%- endmacro %}


{# Take the same lock for whoever sets rights, or `_shared` for those who keep them as they are. #}
{% macro take_rights(shared='') -%}
    {%- if execute -%}
    {%- set lock = shared ~ "(x'48510002'::bigint)" -%}
    {%- call statement('rights', fetch_result=true) -%} select pg_try_advisory_xact_lock{{ lock }} {%- endcall -%}
    {%- if not load_result('rights').table[0][0] -%}
        {%- do announce_wait("0, x'48510002'::integer", 'rights, which another run sets or keeps') -%}
        {%- call statement('rights') -%} select pg_advisory_xact_lock{{ lock }} {%- endcall -%}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    Say who is waited for. Nobody is, if he has finished meanwhile. Anybody who may connect can take the
    lock; one who may not write here is no run.

    Args:
        lock: its two halves.
        what: what is waited for, and behind a comma why; as a rule the node at hand.
#}
{% macro announce_wait(lock, what=none) -%}
    {%- set what = what or (
        model.resource_type ~ ' ' ~ model.name ~ ', which another run is building'
    ) -%}
    {%- call statement('holder', fetch_result=true) -%}
        select
            h.pid,
            to_char(h.since, 'HH24:MI:SS') as since,
            nullif(a.usename, current_user) as login,
            coalesce(
                (
                    select bool_or(
                        has_schema_privilege(a.usesysid, n.oid, 'create')
                        or pg_has_role(a.usesysid, n.nspowner, 'member')
                    )
                    from pg_namespace as n
                    where n.nspname in ('raw', '{{ watermarks().schema }}')
                ),
                true
            ) as may_write
        from (values ({{ lock }})) as wanted (first, second)
        cross join raw.lock_holders(
            (wanted.first::bigint << 32) | (wanted.second::bigint & 4294967295)
        ) as h
        left join pg_stat_activity as a on h.pid = a.pid
    {%- endcall -%}
    {%- for row in load_result('holder').table -%}
        {%- set login = ' of ' ~ row[2] if row[2] else '' -%}
        {%- set since = ', since ' ~ row[1] if row[1] else '' -%}
        {%- set holder = 'server process ' ~ row[0] ~ login ~ since -%}
        {%- set stranger = ', whose lock is held by ' ~ holder ~ ', which may not write here; a '
            ~ 'superuser can end it: select pg_terminate_backend(' ~ row[0] ~ ')' -%}
        {%- do log(printable(
            'Waiting for ' ~ (what ~ ' (' ~ holder ~ ').' if row[3] else what.split(',')[0] ~ stranger)
        ), info=true) -%}
    {%- endfor -%}
{%- endmacro %}


{# Whether a relation exists by now; what dbt remembers is from the beginning of the run. #}
{% macro relation_exists(relation) -%}
    {%- call statement('exists', fetch_result=true) -%}
        select to_regclass('{{ relation }}') is not null
    {%- endcall -%}
    {{ return(load_result('exists').table[0][0]) }}
{%- endmacro %}
