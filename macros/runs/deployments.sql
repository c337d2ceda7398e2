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
                deployed_at timestamptz not null
            );
            comment on table {{ deployments() }} is
            'Which version of each seed, function and view the database holds. One row per seed, '
            'function or view.';
        end if;
    end
    $$
{%- endmacro %}


{# SQL that records which version of the node at hand the database holds from now on. #}
{% macro deployment_of(version) -%}
    insert into {{ deployments() }} as d (node, checksum, deployed_at)
    values ('{{ model.unique_id }}', '{{ version }}', now())
    on conflict (node) do update
    set checksum = excluded.checksum, deployed_at = excluded.deployed_at
{%- endmacro %}


{# Post-hook of every seed and function. #}
{% macro record_deployment() -%}
    {%- if execute and not flags.EMPTY -%}
    {{ deployment_of(version_of(deployed_node(model.unique_id))) }}
    {%- endif -%}
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
