{# Asked of the catalogue, where everyone may look. #}
{% macro require_raw() -%}
    {%- set state -%}
        select
            exists (
                select 1 from pg_class
                where relnamespace = to_regnamespace('raw') and relname = 'loads'
            ),
            exists (
                select 1 from pg_proc
                where pronamespace = to_regnamespace('raw') and proname = 'unguarded_tables'
            )
    {%- endset -%}
    {%- if execute -%}
        {%- set is_there, is_current = run_query(state)[0] -%}
        {%- if not is_current -%}
            {{ exceptions.raise_compiler_error(
                'Database ' ~ target.dbname ~ (
                    ' has a raw schema of an older release' if is_there else ' has no raw schema yet'
                ) ~ '. Run: ingest init'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#
    Hook at the start of a run, behind the one that asks for the rights: whether every row of raw is
    stamped, or some may be hidden from every model.
#}
{% macro require_stamped_rows() -%}
    {%- if execute -%}
        {%- set found = run_query('select name from raw.unguarded_tables()') -%}
        {%- if found | length -%}
            {{ exceptions.raise_compiler_error(
                'Triggers of raw.' ~ found.columns[0].values() | join(', raw.')
                ~ ' were switched off, and rows that came meanwhile may be hidden from every model.'
                ~ ' Run: ingest init'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
