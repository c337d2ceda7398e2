{#
    Which columns are made of which fields of a payload: `meta.fields` in the yml of a model that reads
    payloads, at the column. A path there stands for all that is below it, too.

    A list of [model, path, column]: the model that keeps the winning payloads, and to which the registry
    sends a workflow; the path; schema, table and column that take it. A model of items is of the model
    that lists it; any other says `payloads_of` in its meta. A source says it in its own meta: column of
    its query -> paths in what is read of a payload.
#}
{% macro declared_fields() -%}
    {%- set found = [] -%}
    {%- if execute -%}
    {%- set kinds = payload_kinds() -%}
    {%- set keeper = {} -%}
    {%- for name, kind in kinds.items() -%}
        {%- do keeper.update({name: name}) -%}
        {%- for items in kind.get('items', {}).values() -%}
            {%- do keeper.update({items[0]: name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.package_name == model.package_name -%}
        {%- set of = keeper.get(node.name, node.config.meta.get('payloads_of')) -%}
        {%- for column in node.columns.values() -%}
            {%- for path in column.meta.get('fields', []) -%}
                {%- do found.append([of, path, node.schema ~ '.' ~ node.name ~ '.' ~ column.name]) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for node in source_models() -%}
        {%- for column, paths in node.config.meta.get('fields', {}).items() -%}
            {%- set table = table_of_stated(node.config.meta, column) -%}
            {%- for path in paths -%}
                {%- for before in [''] + node.config.meta.get('within', []) -%}
                    {%- set whole = before ~ '.' ~ path if before else path -%}
                    {%- if [node.name, whole, table] not in found -%}
                        {%- do found.append([node.name, whole, table]) -%}
                    {%- endif -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort) }}
{%- endmacro %}


{# Table and column that take what a source says in a column. #}
{% macro table_of_stated(meta, column) -%}
    {%- set stated = {} -%}
    {%- for attribute, named in columns_of_employer(meta).items() -%}
        {%- do stated.update({named: 'core.company_observations.' ~ attribute}) -%}
    {%- endfor -%}
    {%- do stated.update({'emails': 'extracted.person_emails.email'}) -%}
    {%- for set, members in stated_sets().items() -%}
        {%- for member in members -%}
            {%- do stated.update({set ~ '.' ~ member: 'core.provider_' ~ set ~ '.' ~ member}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if column in meta.states -%}
        {%- do stated.update({column: 'core.' ~ meta.entity ~ '_observations.' ~ column}) -%}
    {%- endif -%}
    {{ return(stated[column]) }}
{%- endmacro %}


{# Condition: a path is another one, or below it. #}
{% macro is_at_or_below(path, other) -%}
    (
        {{ path }} = {{ other }}
        or {{ other }} = '$'
        or starts_with({{ path }}, {{ other }} || '.')
        or starts_with({{ path }}, {{ other }} || '[')
    )
{%- endmacro %}
