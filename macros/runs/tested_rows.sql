{#
    Which rows the data tests look at. A scheduled `dbt build` tests the rows that were written
    since the last run that passed all tests began, its own rows included, so that its time follows
    what is new and not the size of the history. `dbt test`, a full refresh and the selector
    `everything` test all rows.

    What was tested is a watermark like those of the models, under the name `tests`. It rests on
    the tests, seeds and functions: when any of them changes, all rows are tested once more.
#}

{# Hook at the start of a run: from here on rows are new to the tests that this run may pass. #}
{% macro open_tests() -%}
    {%- if execute and not flags.EMPTY and flags.WHICH in ('build', 'test') -%}
    {%- set code = routine_tests() -%}
    {%- for node in (graph.nodes.values() | list) + (graph.functions.values() | list)
        if node.resource_type in ('seed', 'function') -%}
        {%- do code.append(node.unique_id ~ node.checksum.checksum) -%}
    {%- endfor -%}
    insert into {{ watermarks() }} as w (model, seen, basis, advanced_at)
    select
        'tests',
        '1:1:'::pg_snapshot,
        jsonb_build_object(
            'code', '{{ local_md5(code | sort | join("\n")) }}',
            'cluster', c.system_identifier::text,
            'run', '{{ invocation_id }}',
            'began', pg_current_snapshot()::text
        ),
        now()
    from pg_control_system() as c
    on conflict (model) do update
    set
        basis = excluded.basis,
        seen = case
            when
                (w.basis ->> 'code', w.basis ->> 'cluster')
                = (excluded.basis ->> 'code', excluded.basis ->> 'cluster')
                then w.seen
            else excluded.seen
        end
    {%- endif -%}
{%- endmacro %}


{#
    Hook at the end of a run: when all tests that a routine run has were passed, the rows that were
    there when it began count as tested. A run in between that began later decides for itself.

    Args:
        results: what dbt did.
#}
{% macro close_tests(results) -%}
    {%- if execute and not flags.EMPTY and flags.WHICH in ('build', 'test') -%}
    {%- set passed = [] -%}
    {%- for result in results if result.status == 'pass' -%}
        {%- do passed.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- if not routine_tests() | reject('in', passed) | list -%}
    update {{ watermarks() }}
    set seen = (basis ->> 'began')::pg_snapshot, advanced_at = now()
    where model = 'tests' and basis ->> 'run' = '{{ invocation_id }}'
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{# Ids of the data tests that a run without a selection has. #}
{% macro routine_tests() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'test' and 'audit' not in node.tags -%}
        {%- do found.append(node.unique_id) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#
    What a generic test reads instead of its table: dbt's own `where` config, and in a routine
    build only the rows that have not been tested. The snapshot stands in the query as a literal,
    because the planner has to know how few rows that are. Without an alias, because some tests
    give it one themselves; PostgreSQL asks for none.
#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- set tested = untested_condition() -%}
    {%- if tested -%}
        {%- do conditions.append(tested) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where (' ~ conditions | join(') and (') ~ '))') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}


{% macro untested_condition() -%}
    {%- if execute and flags.WHICH == 'build' and not flags.FULL_REFRESH and not flags.EMPTY
        and invocation_args_dict.get('selector') != 'everything' -%}
        {%- set unique_id = model.attached_node or (model.depends_on.nodes | first) -%}
        {%- set table = graph.nodes.get(unique_id) or graph.sources.get(unique_id) -%}
        {%- if '_xid' in table.columns -%}
            {%- set seen = run_query(
                "select seen from " ~ watermarks() ~ " where model = 'tests'"
            ) -%}
            {%- if seen | length -%}
                {%- set snapshot = "'" ~ seen[0][0] ~ "'::pg_snapshot" -%}
                {{ return(
                    "_xid >= pg_snapshot_xmin(" ~ snapshot ~ ")"
                    ~ " and not pg_visible_in_snapshot(_xid, " ~ snapshot ~ ")"
                ) }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
