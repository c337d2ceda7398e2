{#
    Condition: this row was not there when the model last read.

    Args:
        row: alias of a relation whose rows carry `_xid`.
#}
{% macro is_new(row) -%}
    {{ function('is_unseen') }}({{ row }}._xid, {{ seen() }})
{%- endmacro %}


{# The snapshot the model last read with; outside a run (unit tests, compiled SQL) nothing is seen. #}
{% macro seen() -%}
    coalesce(nullif(current_setting('hq.seen', true), ''), '1:1:')::pg_snapshot
{%- endmacro %}


{# SQL boolean: everything is being read, so rows that do not come out again have to go. #}
{% macro is_rescan() -%}
    coalesce(nullif(current_setting('hq.rescan', true), ''), 'true')::boolean
{%- endmacro %}


{# The transaction that writes the model's rows (pg_current_xact_id() would forbid parallel plans). #}
{% macro written_by() -%}
    nullif(current_setting('hq.xid', true), '')::xid8
{%- endmacro %}
