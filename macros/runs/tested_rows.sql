{#
    Which rows the data tests look at. A scheduled `dbt build` tests the rows that were written
    since the last run that passed all tests began, its own rows included, so that its time follows
    what is new and not the size of the history. `dbt test`, a full refresh and the selector
    `everything` test all rows.

    What was tested is a watermark like those of the models, under the name `tests`. It depends on
    the code of the tests, on seeds and functions: when any of them changes, all rows are tested once
    more.
#}

{# Hook at the start of a run: from here on rows are new to the tests that this run may pass. #}
{% macro open_tests() -%}
    {%- if execute and not flags.EMPTY and flags.WHICH in ('build', 'test') -%}
    {%- set now = {
        'code': local_md5(code_of_tests()),
        'cluster': run_query('select ' ~ cluster())[0][0],
    } -%}
    {%- for node in deployable_nodes() -%}
        {%- do now.update({node.unique_id: version_of(node)}) -%}
    {%- endfor -%}
    {%- if is_routine() -%}
        {%- do log_why_all_rows_are_tested(now) -%}
    {%- endif -%}
    insert into {{ watermarks() }} as w (model, seen, fingerprint, advanced_at)
    values (
        'tests',
        '1:1:',
        '{{ tojson(now) }}'::jsonb
        || jsonb_build_object(
            'run', '{{ invocation_id }}', 'began', pg_current_snapshot()::text
        ),
        now()
    )
    on conflict (model) do update
    set
        fingerprint = excluded.fingerprint,
        seen = case
            when
                w.fingerprint - array['run', 'began'] = excluded.fingerprint - array['run', 'began']
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
    {%- if not routine_tests() | map(attribute='unique_id') | reject('in', passed) | list -%}
    update {{ watermarks() }}
    set seen = (fingerprint ->> 'began')::pg_snapshot, advanced_at = now()
    where model = 'tests' and fingerprint ->> 'run' = '{{ invocation_id }}'
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    The data tests that a run without a selection has, of the package whose hook it is. Those of drift
    tell of providers and not of rows: while a field stays away, rows would be tested again and again.
#}
{% macro routine_tests() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'test'
        and node.package_name == model.package_name
        and 'audit' not in node.tags
        and 'drift' not in node.tags -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#
    What the routine tests are made of: their names, which tell their arguments, the SQL of the
    singular ones, their configuration, the columns that must not be null, and the macros that they
    call. dbt's own come with its version.
#}
{% macro code_of_tests() -%}
    {%- set code = [dbt_version] -%}
    {%- set macros = [] -%}
    {%- for test in routine_tests() | sort(attribute='unique_id') -%}
        {%- do code.extend([test.unique_id, test.raw_code, tojson(test.config, sort_keys=true)]) -%}
        {%- if test.test_metadata and test.test_metadata.name == 'columns_hold' -%}
            {%- do code.extend(required_columns(tested_node(test))) -%}
        {%- endif -%}
        {%- do macros.extend(test.depends_on.macros) -%}
    {%- endfor -%}
    {{ return((code + source_of_macros(macros)) | join('\n')) }}
{%- endmacro %}


{# Whether this run tests what is new only. #}
{% macro is_routine() -%}
    {{ return(
        flags.WHICH == 'build'
        and not flags.FULL_REFRESH
        and not flags.EMPTY
        and invocation_args_dict.get('selector') != 'everything'
    ) }}
{%- endmacro %}


{# Say so before a routine run that tests all rows; `now` is the fingerprint of its tests. #}
{% macro log_why_all_rows_are_tested(now) -%}
    {%- set before = run_query(
        "select seen::text, (fingerprint - array['run', 'began'])::text from " ~ watermarks()
        ~ " where model = 'tests'"
    ) -%}
    {%- set reason = none -%}
    {%- if not before | length -%}
        {%- set reason = 'nothing is remembered' -%}
    {%- elif fromjson(before[0][1]).cluster != now.cluster -%}
        {%- set reason = 'they were passed on another server' -%}
    {%- elif fromjson(before[0][1]) != now -%}
        {%- set reason = changes_between(fromjson(before[0][1]), now, 'their') -%}
    {%- elif before[0][0] == '1:1:' -%}
        {%- set reason = 'no run has passed all of them since they were changed' -%}
    {%- endif -%}
    {%- if reason -%}
        {%- do log('Tests look at every row: ' ~ reason, info=true) -%}
    {%- endif -%}
{%- endmacro %}


{#
    What a generic test reads instead of its table: dbt's own `where` config, and in a routine
    build only the rows that have not been tested. The snapshot stands in the query as a literal,
    because the planner has to know how few rows that are. Without an alias, because some tests
    give it one themselves; PostgreSQL asks for none.
#}
{% macro get_where_subquery(relation) -%}
    {%- set conditions = [config.get('where')] if config.get('where') else [] -%}
    {%- set untested = untested_condition() -%}
    {%- if untested -%}
        {%- do conditions.append(untested) -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where (' ~ conditions | join(') and (') ~ '))') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}


{#
    The model, seed or source that a test looks at. dbt attaches tests of sources to nothing, so the
    one is taken that the test's own words for its table name.

    Args:
        test: the test's node; by default the one at hand.
#}
{% macro tested_node(test=none) -%}
    {%- set test = test or model -%}
    {%- if test.attached_node -%}
        {{ return(graph.nodes.get(test.attached_node)) }}
    {%- endif -%}
    {%- for unique_id in test.depends_on.nodes
        if test.test_metadata
        and "'" ~ unique_id.split('.')[-1] ~ "'" in test.test_metadata.kwargs.model -%}
        {{ return(graph.sources.get(unique_id)) }}
    {%- endfor -%}
{%- endmacro %}


{# Columns of a table that are not null, as its yml says; of a view nothing but the test holds it. #}
{% macro required_columns(node) -%}
    {%- set found = [] -%}
    {%- for column in node.columns.values() -%}
        {%- if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
            {%- do found.append(column.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#
    Condition on the rows of the test at hand, or none for all of them. Where nothing was tested there
    is no condition: then the function may not be there yet, or be another one than the checkout's.
#}
{% macro untested_condition() -%}
    {%- if execute and is_routine() -%}
        {%- if '_xid' in (tested_node() or {}).get('columns', {}) -%}
            {%- set seen = run_query(
                "select seen from " ~ watermarks() ~ " where model = 'tests' and seen::text <> '1:1:'"
            ) -%}
            {%- if seen | length -%}
                {{ return(
                    functions_schema() ~ ".is_unseen(_xid, '"
                    ~ seen[0][0] ~ "'::pg_snapshot)"
                ) }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}
