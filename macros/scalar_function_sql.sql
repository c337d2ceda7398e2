{#
    dbt leaves SQL functions PARALLEL UNSAFE, which takes the parallel plan away from every query
    that names one, inlined or not. Ours read nothing but their arguments, or a vocabulary.
#}
{% macro postgres__scalar_function_volatility_sql() -%}
    {{ dbt.default__scalar_function_volatility_sql() }} parallel safe
{%- endmacro %}
