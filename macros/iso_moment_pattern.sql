{#
    Pattern of an ISO 8601 date, alone or with a time: `T` or a blank before it, seconds and their
    fraction optional, then nothing, `Z` or an offset. Days are checked by the cast that follows.
#}
{% macro iso_moment_pattern() -%}
    ^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)? ?(?:[Zz]|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)?)?$
{%- endmacro %}
