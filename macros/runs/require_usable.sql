{#
    Hook at the start of a run: whether this user can build in this database at all. Otherwise every
    node would say so for itself.
#}
{% macro require_usable() -%}
    {%- if execute -%}
        {%- set fault = run_query(what_forbids_a_run()) -%}
        {%- if fault | length -%}
            {{ exceptions.raise_compiler_error(
                'Nothing can be built in database ' ~ target.dbname ~ ' as ' ~ fault[0][0] ~ ': '
                ~ printable(fault[0][1])
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    SQL for what forbids it: no row, or the user and a sentence. Of what the project makes the first
    thing counts that is another's, because only its owner may change or replace it.
#}
{% macro what_forbids_a_run() -%}
    {%- set schemas = [watermarks().schema] -%}
    {%- set names = [] -%}
    {%- for node in graph.nodes.values() | list + graph.functions.values() | list
        if node.resource_type in ('model', 'seed', 'function') and node.unique_id in selected_resources -%}
        {%- do schemas.append(node.schema) -%}
        {%- do names.append(node.schema ~ '.' ~ (node.alias or node.name)) -%}
    {%- endfor -%}
    select
        current_user,
        fault
    from (
        select
            1 as step,
            format(
                'no right to read %s. Connect as a member of hq_builder, or as its owner',
                c.oid::regclass
            ) as fault
        from pg_class as c
        where
            c.relnamespace = 'raw'::regnamespace
            -- whose keys the HTTP service accepts is nobody else's business
            and c.relname not in ('api_keys', 'api_key_uses', 'idempotency_keys', 'outbound_destinations')
            and c.relkind = 'r'
            and not starts_with(c.relname, '_')
            and not (has_schema_privilege('raw', 'usage') and has_table_privilege(c.oid, 'select'))
        union all
        select
            2,
            format(
                'no right to create in schema %s. Connect as a member of hq_builder, or as its owner',
                n.nspname
            )
        from pg_namespace as n
        where
            n.nspname = any({{ array_of(schemas | unique) }})
            and not has_schema_privilege(n.oid, 'create, usage')
        union all
        select
            3,
            format('no schema %s, and no right to create one. Run as its owner: ingest init', s.name)
        from unnest({{ array_of(schemas | unique) }}) as s (name)
        where
            to_regnamespace(s.name) is null
            and not has_database_privilege(current_database(), 'create')
        union all
        (
            select
                4,
                format(
                    '%s belongs to %s. Connect as a member of that role',
                    t.name,
                    pg_get_userbyid(t.owner)
                )
            from (
                select
                    n.nspname || '.' || c.relname as name,
                    c.relowner as owner
                from pg_class as c
                inner join pg_namespace as n on c.relnamespace = n.oid
                union all
                select
                    n.nspname || '.' || p.proname,
                    p.proowner
                from pg_proc as p
                inner join pg_namespace as n on p.pronamespace = n.oid
            ) as t
            where t.name = any({{ array_of(names) }}) and not pg_has_role(t.owner, 'usage')
            order by t.name
            limit 1
        )
    ) as f
    order by step, fault
    limit 1
{%- endmacro %}
