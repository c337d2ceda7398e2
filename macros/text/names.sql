{#
    Pattern of the legal suffixes at the end of a name in the comparing form, without dots: one or
    more of them, each perhaps in brackets or behind an `&` or `and`.
#}
{% macro legal_suffix_pattern() -%}
    (?:(?:[ ,]+(?:(?:&|and) ?)?|& ?)\(?(?:{{ listed('legal_suffixes', 'suffix') | join('|') | replace("'", "''") }})\)?,?)+$
{%- endmacro %}


{# SQL for a company name without its legal suffixes, in the comparing form. #}
{% macro name_stem(name) -%}
    {{ function('company_name_stem') }}({{ name }})
{%- endmacro %}
