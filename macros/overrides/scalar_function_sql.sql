{#
    dbt leaves SQL functions PARALLEL UNSAFE, which takes the parallel plan away from every query
    that names one, inlined or not. Ours read nothing but their arguments, or a vocabulary.
#}
{% macro postgres__scalar_function_volatility_sql() -%}
    {{ dbt.default__scalar_function_volatility_sql() }} parallel safe
{%- endmacro %}


{# Two that replace a function at once fail with "tuple concurrently updated". #}
{% macro postgres__scalar_function_sql(target_relation) -%}
    {%- do take_turn() -%}
    {%- do hold_rights() -%}
    {{ dbt.default__scalar_function_sql(target_relation) }}
{%- endmacro %}
