{#
    `dbt run` builds models only. Functions and seeds older than the checkout would make it write
    wrong values without a word, so each of them records what it was built from, and a run that
    does not build them itself compares.
#}

{% macro deployments() -%}
    {{ return(watermarks().incorporate(path={'identifier': 'deployments'})) }}
{%- endmacro %}


{# A seed or function of this project by its id. #}
{% macro deployed_node(unique_id) -%}
    {{ return(graph.nodes.get(unique_id) or graph.functions.get(unique_id)) }}
{%- endmacro %}


{#
    The version of a seed or function: of its file, of the macros that the file calls, and of the seeds
    whose words are spelled into it. Macros of its hooks do not count.
#}
{% macro version_of(node) -%}
    {%- set macros = [] -%}
    {%- for unique_id in node.depends_on.macros
        if (unique_id.split('.')[-1] ~ '(') in (node.raw_code or '') -%}
        {%- do macros.append(unique_id) -%}
    {%- endfor -%}
    {%- set made_of = source_of_macros(macros) -%}
    {%- for unique_id in node.depends_on.nodes if unique_id.startswith('seed.') -%}
        {%- do made_of.append(deployed_node(unique_id).checksum.checksum) -%}
    {%- endfor -%}
    {%- set version = node.checksum.checksum -%}
    {{ return(local_md5(([version] + made_of) | join('\n')) if made_of else version) }}
{%- endmacro %}


{% macro create_deployments() -%}
    do $$
    begin
        if to_regclass('{{ deployments() }}') is null then
            perform pg_advisory_xact_lock(hashtext('{{ deployments() }}'));
            create table if not exists {{ deployments() }} (
                node text primary key,
                checksum text not null,
                deployed_at timestamptz not null,
                contents text
            );
            comment on table {{ deployments() }} is
            'Which version of each seed, function and view the database holds, and of seeds and '
            'functions what they were made of and looked like then, hashed. One row per seed, function '
            'or view.';
        elsif not exists (
            select 1 from pg_attribute
            where attrelid = '{{ deployments() }}'::regclass and attname = 'contents'
        ) then
            alter table {{ deployments() }} add column if not exists contents text;
        end if;
    end
    $$
{%- endmacro %}


{#
    SQL that records which version of the node at hand the database holds from now on.

    Args:
        version: its version.
        contents: SQL of what it was made of and looks like; views have none.
#}
{% macro deployment_of(version, contents='null') -%}
    insert into {{ deployments() }} as d (node, checksum, deployed_at, contents)
    values ('{{ model.unique_id }}', '{{ version }}', now(), {{ contents }})
    on conflict (node) do update
    set
        checksum = excluded.checksum,
        deployed_at = excluded.deployed_at,
        contents = excluded.contents
{%- endmacro %}


{# Post-hook of every seed and function. #}
{% macro record_deployment() -%}
    {%- if execute and not flags.EMPTY -%}
    {{ deployment_of(version_of(deployed_node(model.unique_id)), contents()) }}
    {%- endif -%}
{%- endmacro %}


{#
    Whether the seed or function at hand is in the database as the checkout would make it, and nobody has
    changed it since: then it is left alone. A full refresh leaves nothing alone, and rights that a
    config grants are granted by making it.
#}
{% macro is_as_made() -%}
    {%- if flags.FULL_REFRESH or config.get('grants') -%}
        {{ return(false) }}
    {%- endif -%}
    {%- call statement('as_made', fetch_result=true) -%}
        select exists (
            select 1 from {{ deployments() }}
            where
                node = '{{ model.unique_id }}'
                and checksum = '{{ version_of(deployed_node(model.unique_id)) }}'
                and contents = {{ contents() }}
        )
    {%- endcall -%}
    {{ return(load_result('as_made').table[0][0]) }}
{%- endmacro %}


{# SQL for what the seed or function at hand is made of, and for what the database holds of it. #}
{% macro contents() -%}
    {%- if model.resource_type == 'function' -%}
    '{{ local_md5(scalar_function_sql(this.incorporate(type=this.Function))) }} ' || (
        select md5(string_agg(pg_get_functiondef(p.oid), '' order by p.oid))
        from pg_proc as p
        where
            p.pronamespace = to_regnamespace('{{ this.schema }}')
            and p.proname = '{{ this.identifier }}'
            and p.prokind = 'f'
    )
    {%- else -%}
    '{{ local_md5(what_makes_seed()) }} ' || md5(
        (
            select string_agg(a.attname || ' ' || a.atttypid::regtype, ', ' order by a.attnum)
            from pg_attribute as a
            where a.attrelid = to_regclass('{{ this }}') and a.attnum > 0 and not a.attisdropped
        ) || (
            select coalesce(string_agg(s::text, e'\n' order by s::text collate ucs_basic), '')
            from {{ this }} as s
        )
    )
    {%- endif -%}
{%- endmacro %}


{#
    What decides what the table of the seed at hand holds, and whether its file is taken: its yml, the
    files that its cells are looked for in, the normal forms that they have, and the macros that read and
    check it. Its own file is its version.
#}
{% macro what_makes_seed() -%}
    {%- set made_of = [tojson([model.config, model.description, model.columns], sort_keys=true)] -%}
    {%- set macros = ['materialization_seed_postgres', 'postgres__load_csv_rows'] -%}
    {%- for column in model.columns.values() -%}
        {%- for other in [column.meta.get('found_in'), column.meta.get('not_in')] if other -%}
            {%- do made_of.append(
                deployed_node('seed.' ~ model.package_name ~ '.' ~ other.seed).checksum.checksum
            ) -%}
        {%- endfor -%}
        {%- if column.meta.get('values') is string -%}
            {%- do macros.append(column.meta['values']) -%}
        {%- endif -%}
        {%- if column.meta.get('form') -%}
            {%- for function in functions_behind(column.meta.form) -%}
                {%- do made_of.append(version_of(function)) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set named = [] -%}
    {%- for name in macros -%}
        {%- do named.append('macro.' ~ model.package_name ~ '.' ~ name) -%}
    {%- endfor -%}
    {{ return((made_of + source_of_macros(named)) | join('\n')) }}
{%- endmacro %}


{#
    Hook of a run: what it does not build itself must be in the database as the checkout has it.
    Other packages' seeds and functions are their own business, and so is a run of their models.
#}
{% macro require_current_code() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'retry') -%}
        {%- set our_models = 'model.' ~ model.package_name ~ '.' -%}
        {%- if (' ' ~ our_models) in ' ' ~ selected_resources | join(' ') -%}
            {%- set built = deployed_versions() -%}
            {%- set stale = [] -%}
            {%- for node in deployable_nodes()
                if node.unique_id not in selected_resources
                and built.get(node.unique_id) != version_of(node) -%}
                {%- do stale.append(node.name) -%}
            {%- endfor -%}
            {%- if stale -%}
                {{ exceptions.raise_compiler_error(
                    "The database does not hold this checkout's version of: "
                    ~ (stale | sort | join(', ')) ~ ". Run once: dbt build (it brings seeds and functions, too)"
                ) }}
            {%- endif -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    The versions in the database, by id. With --defer, what the schemas of the run lack is read from
    those deferred to.
#}
{% macro deployed_versions() -%}
    {%- set ours = deployments() -%}
    {%- set places = [] -%}
    {%- for node in graph.nodes.values() if node.schema == ours.schema and node.defer_relation -%}
        {%- do places.append(ours.incorporate(path={
            'database': node.defer_relation.database, 'schema': node.defer_relation.schema,
        })) -%}
    {%- endfor -%}
    {%- set built = {} -%}
    {%- for place in places[:1] + [ours] -%}
        {%- for row in run_query('select node, checksum from ' ~ place) -%}
            {%- do built.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(built) }}
{%- endmacro %}


{#
    The schema of the functions, where function() cannot be said: in generic tests, whose names it
    would change, and in hooks. With --defer it is the one that dbt takes them from.
#}
{% macro functions_schema() -%}
    {%- set deferred = [] -%}
    {%- if execute -%}
        {%- for node in graph.functions.values() if node.defer_function -%}
            {%- do deferred.append(node.defer_function.schema) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(deferred | first or generate_schema_name('reference', none)) }}
{%- endmacro %}


{# The seeds and functions of the package whose hook it is. #}
{% macro deployable_nodes() -%}
    {{ return(
        ((graph.nodes.values() | list) + (graph.functions.values() | list))
        | selectattr('package_name', 'equalto', model.package_name)
        | selectattr('resource_type', 'in', ('seed', 'function'))
        | list
    ) }}
{%- endmacro %}
