{#
    Pattern of the legal suffixes at the end of a name in the comparing form, without dots: one or
    more of them, each perhaps in brackets or behind an `&` or `and`. Both are spelled from the end,
    `cni ,emca`, because a pattern of hundreds of words is cheap only where a text begins.
#}
{% macro reversed_suffixes_pattern() -%}
    {%- set words = [] -%}
    {%- for word in listed('legal_suffixes', 'suffix') -%}
        {%- do words.append(word | reverse | replace("'", "''")) -%}
    {%- endfor -%}
    ^(?:,?\)?(?:{{ words | join('|') }})\(?(?:(?: ?&| dna)[ ,]+|[ ,]+| ?&))+
{%- endmacro %}


{# SQL condition: the last word of a name in the comparing form may end a legal suffix. #}
{% macro may_end_in_suffix(name) -%}
    {%- set words = [] -%}
    {%- for word in listed('legal_suffixes', 'suffix') -%}
        {%- do words.append(word.split(' ')[-1]) -%}
    {%- endfor -%}
    split_part(translate(rtrim({{ name }}, ',) '), '&,(', '   '), ' ', -1)
    = any({{ array_of(words | unique | list) }})
{%- endmacro %}


{# SQL for a company name without its legal suffixes, in the comparing form. #}
{% macro name_stem(name) -%}
    {{ function('company_name_stem') }}({{ name }})
{%- endmacro %}


{#
    The letters beyond ASCII of some words as capitals, and beside them as they are in the words.

    Args:
        words: words in the comparing form.
#}
{% macro capitals_of(words) -%}
    {#- the capital of i in Turkish -#}
    {%- set pairs = {'İ': 'i'} -%}
    {%- for letter in words | join | list | unique | sort if letter > '~' -%}
        {%- if letter | upper | length == 1 and letter | upper > '~' and letter | upper != letter -%}
            {%- do pairs.update({letter | upper: letter}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return((pairs.keys() | join, pairs.values() | join)) }}
{%- endmacro %}


{# The characters of which the comparing form makes a comma, or a digit and a comma. #}
{% macro compatible_commas() -%}
    ，︐﹐🄁🄂🄃🄄🄅🄆🄇🄈🄉🄊
{%- endmacro %}


{#
    SQL for the words of a name in the comparing form, as a tsvector, in which an index finds words by their
    beginnings. The first hundred characters, because an index takes no longer words.
#}
{% macro name_words(name_key) -%}
    array_to_tsvector(array_remove(string_to_array(left({{ name_key }}, 100), ' '), ''))
{%- endmacro %}


{#
    SQL for the name of a country, as the function country_name gives it. A model that looks up many of
    them spells it out: what reads a table is called anew for each row, and takes five times as long.
#}
{% macro country_by_spelling(value) -%}
    coalesce(
        (
            select c.country
            from {{ ref('countries').include(database=false) }} as c
            where c.spelling = {{ function('comparing_form').include(database=false) }}({{ value }})
        ),
        {{ function('clean_text').include(database=false) }}({{ value }})
    )
{%- endmacro %}
