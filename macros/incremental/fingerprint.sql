{#
    What a watermark depends on. Whatever decides what a model's table holds is in its fingerprint;
    when any of it changes, the model reads everything once more and says why.
#}

{#
    Ids of the seeds and functions a node depends on, through other functions, and of the sources
    and models it reads itself. An ephemeral model is a part of the one that reads it, and so are sources
    of the one that gathers them.
#}
{% macro upstream_of(node) -%}
    {%- set found = {'read': [], 'code': []} -%}
    {%- set queue = node.depends_on.nodes | list -%}
    {%- if node.config.meta.get('gathers_sources') -%}
        {%- do queue.extend(observers_in_graph() | map(attribute='unique_id')) -%}
    {%- endif -%}
    {%- for _ in range(1000) if queue -%}
        {%- set unique_id = queue.pop(0) -%}
        {%- set read = graph.nodes.get(unique_id) -%}
        {%- if read and read.config.materialized == 'ephemeral' -%}
            {%- do queue.extend(read.depends_on.nodes) -%}
        {%- elif unique_id.startswith('seed.') or unique_id.startswith('function.') -%}
            {%- if unique_id not in found.code -%}
                {%- do found.code.append(unique_id) -%}
                {#- a call of deployed_node thousands of times would be a tenth of a run -#}
                {%- set above = graph.nodes.get(unique_id) or graph.functions.get(unique_id) -%}
                {%- do queue.extend(above.depends_on.nodes) -%}
            {%- endif -%}
        {%- elif unique_id not in found.read -%}
            {%- do found.read.append(unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({'read': found.read | sort, 'code': found.code | sort}) }}
{%- endmacro %}


{#
    What the node at hand reads when it refers to a model or source; under --defer not always ours. What
    an ephemeral model reads for it, it may not refer to itself.
#}
{% macro relation_of(unique_id) -%}
    {%- set node = graph.nodes.get(unique_id) -%}
    {%- if node is none -%}
        {{ return(graph.sources.get(unique_id).relation_name) }}
    {%- elif unique_id in model.depends_on.nodes -%}
        {{ return(ref(node.name)) }}
    {%- elif node.defer_relation
        and adapter.get_relation(node.database, node.schema, node.alias) is none -%}
        {{ return(node.defer_relation.relation_name) }}
    {%- endif -%}
    {{ return(node.relation_name) }}
{%- endmacro %}


{#
    Whether a model is made of seeds alone, and of what core remembers of itself: small, and any
    change of it concerns every row behind it.
#}
{% macro depends_on_seeds_alone(unique_id) -%}
    {%- set node = graph.nodes.get(unique_id) -%}
    {%- if node is none or node.resource_type != 'model' -%}
        {{ return(false) }}
    {%- endif -%}
    {%- for read in node.depends_on.nodes if read.split('.')[0] in ('model', 'source') -%}
        {%- set is_part = (graph.nodes.get(read) or {}).get('config', {}).materialized == 'ephemeral' -%}
        {%- if '.state.' not in read and not (is_part and depends_on_seeds_alone(read)) -%}
            {{ return(false) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}


{#
    SQL for the fingerprint of the model at hand, a jsonb of these keys:

        code            what the model is compiled to and how its strategy writes it
        seed.…          the version in the database of each seed
        function.…      and of each function that it depends on, directly or through another one
        cluster         transaction ids mean nothing in another one
        table           the identity of the model's own table
        model.…         and of each table
        source.…        it reads
        model.… holds   what is in it, where it is made of seeds alone: lines that went leave no trace
#}
{% macro fingerprint() -%}
    {%- set upstream = upstream_of(model) -%}
    (
        select coalesce(jsonb_object_agg(d.node, d.checksum), '{}')
        from {{ deployments() }} as d
        where d.node in ('{{ upstream.code | join("', '") }}')
    )
    || jsonb_build_object(
        'code', '{{ local_md5(code_of_model()) }}',
        'cluster', {{ cluster() }},
        'table', to_regclass('{{ this }}')::oid::bigint
        {%- for unique_id in upstream.read %},
        '{{ unique_id }}', to_regclass('{{ relation_of(unique_id) }}')::oid::bigint
        {%- if depends_on_seeds_alone(unique_id) %},
        '{{ unique_id }} holds',
        (select md5(string_agg(u::text, '' order by u.id)) from {{ relation_of(unique_id) }} as u)
        {%- endif %}
        {%- endfor %}
    )
{%- endmacro %}


{# SQL for the cluster's identity, a text. #}
{% macro cluster() -%}
    (select system_identifier::text from pg_control_system())
{%- endmacro %}


{#
    The model's SQL, that of its strategy between relations of fixed names, and the macro that makes
    tables, which cannot be rendered without making one. The database's name, which is in every
    relation's, is left out: a database may be renamed.
#}
{% macro code_of_model() -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.get('incremental_strategy')
    ) -%}
    {%- set code = [
        model.compiled_code,
        strategy({
            'target_relation': 'stored',
            'temp_relation': 'batch',
            'unique_key': config.get('unique_key'),
            'dest_columns': model.columns.values() | list,
            'incremental_predicates': none,
        }),
        postgres__create_table_as.macro.macro_sql,
    ] | join('\n') -%}
    {{ return(code | replace(adapter.quote(target.database) ~ '.', '')) }}
{%- endmacro %}


{#
    Why the model at hand has to read everything, in the words of `ingest status`, which knows a part
    of it (ingest/state/watermarks.py).

    Args:
        before: fingerprint of the watermark, empty if there was none.
        now: today's.
#}
{% macro reasons_to_read_everything(before, now) -%}
    {%- if flags.FULL_REFRESH -%}
        {{ return('--full-refresh') }}
    {%- elif load_cached_relation(this) is none -%}
        {{ return('its table is new') }}
    {%- elif not before -%}
        {{ return('nothing is remembered') }}
    {%- elif before.cluster != now.cluster -%}
        {{ return('it was read on another server') }}
    {%- endif -%}
    {{ return(changes_between(before, now, 'its')) }}
{%- endmacro %}


{#
    What differs between two fingerprints, for the log. What one of them alone names came or went with
    the code.

    Args:
        whose: the model's, so `its`, or the tests', so `their`.
#}
{% macro changes_between(before, now, whose) -%}
    {%- set changed = [] -%}
    {%- for key in now if key in before and before[key] != now[key] -%}
        {%- do changed.append(key) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- if 'code' in changed or not changed -%}
        {%- do found.append(whose ~ ' code changed') -%}
    {%- endif -%}
    {%- if 'table' in changed -%}
        {%- do found.append(whose ~ ' table is new') -%}
    {%- endif -%}
    {%- for key in changed | sort if '.' in key -%}
        {%- set kind, name = key.split('.')[0], key.split('.')[-1] -%}
        {%- do found.append(
            whose ~ ' ' ~ kind ~ ' ' ~ name ~ ' changed' if kind in ('function', 'seed')
            else 'what ' ~ name ~ ' changed' if name.endswith(' holds')
            else name ~ ' was replaced'
        ) -%}
    {%- endfor -%}
    {{ return(found | join(', ')) }}
{%- endmacro %}


{# The text of macros, and of all that they call, as far as they are of the package at hand. #}
{% macro source_of_macros(unique_ids) -%}
    {%- set found = {} -%}
    {%- set queue = unique_ids | unique | list -%}
    {%- for _ in range(1000) if queue -%}
        {%- set _, package, name = queue.pop(0).split('.') -%}
        {%- if package == model.package_name and name not in found -%}
            {%- set macro = context[package][name].macro -%}
            {%- do found.update({name: macro.macro_sql}) -%}
            {%- do queue.extend(macro.depends_on.macros) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | sort) }}
{%- endmacro %}
