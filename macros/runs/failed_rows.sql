{#
    Hook at the end of a run: what a test that failed has found, where whoever runs dbt looks first.
    The last hook: a query that fails now keeps no other from its work.
#}
{% macro show_failed_rows(results) -%}
    {%- if execute -%}
    {%- for result in results
        if result.node.resource_type == 'test' and result.status in ('fail', 'warn') -%}
        {%- set rows = run_query(
            'select left(to_jsonb(t)::text, 500) from (' ~ result.node.compiled_code ~ '\n) as t limit 3'
        ) -%}
        {%- set shown = [] -%}
        {%- for row in rows -%}
            {%- do shown.append('\n    ' ~ printable(row[0])) -%}
        {%- endfor -%}
        {%- do log(
            'Found by ' ~ result.node.name ~ ', ' ~ rows | length ~ ' of ' ~ result.failures ~ ':'
            ~ shown | join,
            info=true
        ) -%}
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
