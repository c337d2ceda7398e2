{% macro is_new(row) -%}
    {{ function('is_unseen') }}({{ row }}._xid, {{ seen() }})
{%- endmacro %}


{# The snapshot the model last read with; outside a run (unit tests, compiled SQL) nothing is seen. #}
{% macro seen() -%}
    coalesce(nullif(current_setting('hq.seen', true), ''), '1:1:')::pg_snapshot
{%- endmacro %}


{% macro is_rescan() -%}
    coalesce(nullif(current_setting('hq.rescan', true), ''), 'true')::boolean
{%- endmacro %}


{# Not pg_current_xact_id(), which would forbid parallel plans. #}
{% macro written_by() -%}
    nullif(current_setting('hq.xid', true), '')::xid8
{%- endmacro %}
