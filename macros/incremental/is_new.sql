{% macro is_new(row) -%}
    {{ function('is_unseen') }}({{ row }}._xid, {{ seen() }})
{%- endmacro %}


{#
    Query of no row, which the planner takes for a thousand: to be united with the keys that are new.
    Of these it often expects one, because the table was not analyzed since they came, and then
    compares all that is new with all that is new, each time for the first. With a thousand of them
    no plan is too dear for one, and none grows with the square of many.
#}
{% macro as_if_many() -%}
    select null::text
    from generate_series(1, (select 0))
{%- endmacro %}


{# The snapshot the model last read with; outside a run (unit tests, compiled SQL) nothing is seen. #}
{% macro seen() -%}
    coalesce(nullif(current_setting('hq.seen', true), ''), '1:1:')::pg_snapshot
{%- endmacro %}


{% macro is_rescan() -%}
    coalesce(nullif(current_setting('hq.rescan', true), ''), 'true')::boolean
{%- endmacro %}


{#
    SQL condition over an alias of rows: everything is read. Of a setting alone the planner cannot tell whether
    it leaves all rows or none; of how `_xid` compares with what a setting gives it can, before it plans.
#}
{% macro is_read_anyway(row) -%}
    {{ row }}._xid >= case when {{ is_rescan() }} then '0'::xid8 else '18446744073709551615'::xid8 end
{%- endmacro %}


{# Not pg_current_xact_id(), which would forbid parallel plans. #}
{% macro written_by() -%}
    nullif(current_setting('hq.xid', true), '')::xid8
{%- endmacro %}
