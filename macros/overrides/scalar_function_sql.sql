{#
    The body is parsed when the function is made, not whenever it is called: the caller's
    standard_conforming_strings and search_path have no say in what it means. Only what reads a table
    (meta.reads_table) stays a text, because PostgreSQL drops a parsed body with the table. Ours read
    nothing but their arguments, or a vocabulary, so they may run in parallel.
#}
{% macro postgres__scalar_function_sql(target_relation) -%}
    create or replace function {{ target_relation }} ({{ formatted_scalar_function_args_sql() }})
    returns {{ model.returns.data_type }}
    language sql
    {{ scalar_function_volatility_sql() }}
    parallel safe
    {%- if (config.get('meta') or {}).get('reads_table') %}
    as $body$
        {{ model.compiled_code }}
    $body$
    {%- else %}
    begin atomic
        {{ model.compiled_code }};
    end
    {%- endif %}
{%- endmacro %}
