{# Ours read nothing but their arguments, or a vocabulary. #}
{% macro postgres__scalar_function_volatility_sql() -%}
    {{ dbt.default__scalar_function_volatility_sql() }} parallel safe
{%- endmacro %}
