{% macro require_raw() -%}
    {%- if execute and run_query("select to_regclass('raw.loads') is null")[0][0] -%}
        {{ exceptions.raise_compiler_error(
            "Database " ~ target.dbname ~ " has no raw schema yet. Run: ingest init"
        ) }}
    {%- endif -%}
{%- endmacro %}
