{#
    Hook at the end of a run: when errors come from the server as a whole, say so once and say what to
    do. It cannot be asked for at the start of a run, as read-only databases and rights are. By these
    words `ingest dbt` knows the sentence and repeats it below dbt's own account of the errors.

    Args:
        results: what dbt did.
#}
{% macro name_common_cause(results) -%}
    {%- set errors = results | selectattr('status', 'equalto', 'error') | list -%}
    {%- for pattern, cause, remedy in [
        (
            'No space left on device|could not extend file|could not write init file',
            'The disk of the server is full', 'Make room there'
        ),
        (
            'terminating connection|server closed the connection|Connection refused|already closed'
            ~ '|the database system is (?:starting|shutting|in recovery)',
            'The server went away', 'Wait until it is back'
        ),
        ('read-only transaction', 'The database has become read-only', 'Set PGHOST to its primary'),
        ('permission denied|must be owner', 'The user has not the rights', 'Let its owner grant them'),
    ] -%}
        {%- set found = [] -%}
        {%- for error in errors if modules.re.search(pattern, error.message or '') -%}
            {%- do found.append(error) -%}
        {%- endfor -%}
        {%- if found -%}
            {%- do log(
                cause ~ ', which is behind ' ~ found | length ~ ' of ' ~ errors | length ~ ' errors. '
                ~ remedy ~ ', then run: dbt retry',
                info=true
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}
