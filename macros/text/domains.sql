{#
    Pattern of a domain in lower case, anchored in front: two labels or more of letters, digits and
    inner hyphens.
#}
{% macro domain_pattern() -%}
    {%- set label = '[' ~ letter_class() ~ ']+(?:-+[' ~ letter_class() ~ ']+)*' -%}
    ^{{ label }}(?:[.]{{ label }})+$
{%- endmacro %}


{#
    SQL condition: the domain ends in a label that a registry knows.

    Args:
        domain: SQL of a domain without blanks.
        once: whether it is asked in a function that is called row by row, which would make the
            table that a list is looked up in for each call; a text is searched without.
#}
{% macro has_known_ending(domain, once=false) -%}
    {{ is_one_of("split_part(" ~ domain ~ ", '.', -1)", top_level_domains(), once) }}
{%- endmacro %}


{#
    SQL condition: the host's pages belong to somebody else each; see has_known_ending. Those of a social
    network are on hosts below its own, too, one for each country or device.
#}
{% macro is_shared_host(host, once=false) -%}
    {%- set above = 'substr(' ~ host ~ ', strpos(' ~ host ~ ", '.') + 1)" -%}
    (
        {{ is_one_of(host, shared_hosts(), once) }}
        or {{ is_one_of(above, listed('shared_hosts', 'host', "kind = 'social'"), once) }}
    )
{%- endmacro %}


{% macro is_one_of(word, words, once) -%}
    {%- if once -%}
    strpos(' {{ words | join(' ') | replace("'", "''") }} ', ' ' || {{ word }} || ' ') > 0
    {%- else -%}
    {{ word }} = any({{ array_of(words) }})
    {%- endif -%}
{%- endmacro %}
