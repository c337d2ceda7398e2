{#
    SQL to order by a text where the order decides something or is seen: by code points, because the
    order of a language is that of the database.

    Args:
        text: SQL of the text.
#}
{% macro by_code_points(text) -%}
    {{ text }} collate "C"
{%- endmacro %}
