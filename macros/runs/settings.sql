{#
    What a transaction of dbt's depends on, whatever the server, the database, the role and PGOPTIONS
    say. dbt opens a connection for each node and has no place to set it up, so the first statement of
    each transaction that writes does it.
#}

{# The settings and their values: those of ingest/postgres/session.py, as a test sees to. #}
{% macro session_settings() -%}
    {{ return({
        'quote_all_identifiers': 'off',
        'search_path': 'pg_catalog',
        'standard_conforming_strings': 'on',
        'TimeZone': 'UTC',
        'DateStyle': 'ISO, MDY',
        'IntervalStyle': 'postgres',
        'extra_float_digits': '1',
        'bytea_output': 'hex',
        'array_nulls': 'on',
        'transform_null_equals': 'off',
    }) }}
{%- endmacro %}


{#
    SQL that begins the node's transaction with them. Begun anew, because the isolation is fixed by the
    first query, which may have been one of compiling the node; nothing is written yet. Read committed:
    what another run commits while this one waits for its turn is to be seen.
#}
{% macro begin_settled() -%}
    commit;
    begin isolation level read committed;
    {%- for name, value in session_settings().items() %}
    set local {{ name }} to '{{ value }}';
    {%- endfor %}
{%- endmacro %}


{#
    First hook of a run: stops it where the database cannot hold a warehouse or the session cannot
    build one. What `ingest init` refuses is told by it in more words; here it is what a replica or a
    restored dump may be.
#}
{% macro require_fit_database() -%}
    {%- if execute -%}
    {%- set version, encoding, client_encoding, is_standby, is_read_only = run_query(
        "select current_setting('server_version_num')::integer / 10000,"
        ~ " current_setting('server_encoding'), current_setting('client_encoding'),"
        ~ " pg_is_in_recovery(), current_setting('transaction_read_only')::boolean"
    )[0] -%}
    {%- set database = 'Database ' ~ target.dbname -%}
    {%- if version < 16 -%}
        {{ exceptions.raise_compiler_error(
            database ~ ': the server runs PostgreSQL ' ~ version ~ '; HQ needs 16 or newer'
        ) }}
    {%- elif is_standby -%}
        {{ exceptions.raise_compiler_error(
            database ~ ': the server is a standby, which takes no writes; set PGHOST to its primary'
        ) }}
    {%- elif encoding != 'UTF8' -%}
        {{ exceptions.raise_compiler_error(
            database ~ ': its encoding is ' ~ encoding ~ ', HQ needs UTF8; make a new one: create'
            ~ " database NAME template template0 encoding 'UTF8' "
            ~ ("locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'" if version >= 17
            else "locale_provider libc locale 'C'")
        ) }}
    {%- elif is_read_only -%}
        {{ exceptions.raise_compiler_error(
            database ~ ': sessions are read-only, by default_transaction_read_only of the server, the'
            ~ " database or the role; set PGOPTIONS='-c default_transaction_read_only=off' if you may"
        ) }}
    {%- elif client_encoding != 'UTF8' -%}
        {{ exceptions.raise_compiler_error(
            'The session has client_encoding ' ~ client_encoding ~ ', dbt needs UTF8; set'
            ~ ' PGCLIENTENCODING=UTF8, or run it as ingest dbt'
        ) }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}
