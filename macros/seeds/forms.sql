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
    {#- they call each other, and come in any order -#}
    {%- call statement('function') -%} set local check_function_bodies = off {%- endcall -%}
    {%- for function in functions_behind(name) -%}
        {%- call statement('function') -%} {{ passing_function_sql(function) }} {%- endcall -%}
    {%- endfor -%}
{%- endmacro %}


{# A function of this project, by its name, and those it calls. #}
{% macro functions_behind(name) -%}
    {%- set queue, found = ['function.' ~ model.package_name ~ '.' ~ name], {} -%}
    {%- for _ in range(100) if queue -%}
        {%- set function = deployed_node(queue.pop()) -%}
        {%- if function.unique_id not in found -%}
            {%- do found.update({function.unique_id: function}) -%}
            {%- for upstream in function.depends_on.nodes if upstream.startswith('function.') -%}
                {%- do queue.append(upstream) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
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
