{#
    The zero is a bigint from the start: around `offset 0`, which is cast to one, the planner
    gives the parallel plan up.
#}
{% macro fence() -%}
    offset bigint '0'
{%- endmacro %}
