{# Asked before dbt reads the file itself, which names no line, and takes unclosed quotes for long cells. #}
{% materialization seed, adapter='postgres' %}
    {#- `dbt seed --show` shows the file's rows, which are read only to be loaded -#}
    {%- if load_cached_relation(this) and not invocation_args_dict.get('show') and is_as_made() -%}
        {%- do store_result('agate_table', response='UNCHANGED', agate_table=none) -%}
        {{ return(left_alone(this)) }}
    {%- endif -%}
    {%- if is_reviewed(model) -%}
        {%- do require_rows(model) -%}
    {%- endif -%}
    {{ return(dbt.materialization_seed_default()) }}
{% endmaterialization %}


{# What a materialization gives for a node that is as it should be. #}
{% macro left_alone(relation) -%}
    {%- call noop_statement('main', 'UNCHANGED', 'UNCHANGED', 0) -%} select 'unchanged' {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}
