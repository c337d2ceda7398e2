{# Asked of the catalogue, where everyone may look. #}
{% macro require_raw() -%}
    {%- set is_missing -%}
        select not exists (
            select from pg_class where relnamespace = to_regnamespace('raw') and relname = 'loads'
        )
    {%- endset -%}
    {%- if execute and run_query(is_missing)[0][0] -%}
        {{ exceptions.raise_compiler_error(
            "Database " ~ target.dbname ~ " has no raw schema yet. Run: ingest init"
        ) }}
    {%- endif -%}
{%- endmacro %}
