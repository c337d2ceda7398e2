{# A comma before a legal suffix belongs to the name: `Acme, Inc., Fernway` are two companies. #}
{% macro name_separator_pattern() -%}
    (
        select
            '\s*[,;\n](?!\s*(?:'
            -- the seed has them without dots: s.a., sa
            || string_agg(regexp_replace(l.suffix, '(\w)', '\1\\.?', 'g'), '|' order by l.suffix)
            || ')\s*(?:[,;\n]|$))\s*'
        from {{ ref('legal_suffixes') }} as l
    )
{%- endmacro %}
