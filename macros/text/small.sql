{#
    SQL for a text with small letters for capitals of any alphabet, by a table of our own: servers
    and their versions differ. A dotted capital I becomes i, as does an i with a dot typed on it,
    which is what other programs make of that capital. `ẞ` becomes `ß`.

    Args:
        text: name of a column that is composed already.
#}
{% macro small(text) -%}
    {%- set text_so_far = namespace(sql='lower(' ~ text ~ ' collate "C") collate "default"') -%}
    {%- for class, letters, small_letters in [
        [latin_class(), latin_letters(), small_latin_letters()],
        [eastern_class(), eastern_letters(), small_eastern_letters()],
        [rare_class(), rare_letters(), small_rare_letters()],
    ] -%}
        {#- a letter is looked for in a long list only where the text has one of them -#}
        {%- set text_so_far.sql -%}
        translate(
            {{ text_so_far.sql }},
            case when {{ text }} ~ '[{{ class }}]' then '{{ letters }}' else '' end,
            '{{ small_letters }}'
        )
        {%- endset -%}
    {%- endfor -%}
    regexp_replace({{ text_so_far.sql }}, 'i\u0307+', 'i', 'g')
{%- endmacro %}
