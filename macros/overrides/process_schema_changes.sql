{#
    What the model gives is what its contract says, asserted when the batch was made. A model without a
    contract may have a yml that names some of its columns only.
#}
{% macro postgres__process_schema_changes(on_schema_change, source_relation, target_relation) -%}
    {%- if not has_news() -%}
        {{ return(model.columns.values() | list) }}
    {%- endif -%}
    {%- set stored = postgres__get_columns_in_relation(target_relation) -%}
    {%- set given = model.columns.keys() | list -%}
    {%- set columns = stored | selectattr('name', 'in', given) | list -%}
    {%- if not config.get('contract').enforced or columns | length < given | length -%}
        {{ return(dbt.default__process_schema_changes(
            on_schema_change, source_relation, target_relation
        )) }}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}
