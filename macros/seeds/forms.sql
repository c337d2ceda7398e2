{#
    Normal forms, for checking seeds. Functions are made after the seeds whose words are spelled into
    them, so the one in the database may be missing, or older than the checkout. A seed is checked by
    the checkout's: it is made for the transaction, with the words of the checkout's files.
#}

{#
    Make a function in pg_temp, and those it calls.

    Args:
        name: name of a function of this project.
#}
{% macro make_passing_function(name) -%}
    {%- set queue, made = ['function.' ~ model.package_name ~ '.' ~ name], [] -%}
    {#- they call each other, and come in any order -#}
    {%- call statement('function') -%} set local check_function_bodies = off {%- endcall -%}
    {%- for _ in range(100) if queue -%}
        {%- set function = deployed_node(queue.pop()) -%}
        {%- if function.unique_id not in made -%}
            {%- do made.append(function.unique_id) -%}
            {%- for upstream in function.depends_on.nodes if upstream.startswith('function.') -%}
                {%- do queue.append(upstream) -%}
            {%- endfor -%}
            {%- call statement('function') -%} {{ passing_function_sql(function) }} {%- endcall -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}


{# SQL for one of them. Whatever it calls is called in pg_temp, too. #}
{% macro passing_function_sql(function) -%}
    create or replace function pg_temp.{{ function.name }}(
        {%- for argument in function.arguments -%}
            {{ argument.name }} {{ argument.data_type }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    )
    returns {{ function.returns.data_type }}
    language sql immutable
    as $passing$
    {{ render(function.raw_code) | replace(adapter.quote(function.schema) ~ '.', 'pg_temp.') }}
    $passing$
{%- endmacro %}
