{# SQL for the pattern of one or more legal suffixes at the end of a name without dots. #}
{% macro legal_suffix_pattern() -%}
    (
        select '(?:[\s,]+(?:' || string_agg(l.suffix, '|' order by l.suffix) || '))+[\s,]*$'
        from {{ ref('legal_suffixes') }} as l
    )
{%- endmacro %}


{% macro name_stem(name) -%}
    {{ function('company_name_stem') }}({{ name }}, {{ legal_suffix_pattern() }})
{%- endmacro %}
