{#
    Pieces of text that several SQL functions are made of. They are spelled into each function,
    because a function that calls one PostgreSQL cannot inline costs a hundred times as much.
#}


{% macro iso_moment_pattern() -%}
    {%- set pieces -%}
^(?!0000)(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])
|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))
|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)
(?:[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?
 ?(?:[Zz](?:\[UTC\])?|UTC|GMT|[+-](?:0[0-9]|1[0-5])(?::?[0-5][0-9])?)?)?$
    {%- endset -%}
    {{ pieces | replace('\n', '') }}
{%- endmacro %}


{% macro linkedin_origin_pattern() -%}
    {%- set pieces -%}
^[{{ pasted_class() }}]*(?:(?:(?:[a-z][a-z0-9+.-]*:)?//)?
(?:[a-z0-9-]+\.)*linkedin\.com\.?(?::[0-9]*)?)?/+(?:comm/|mwlite/)?
    {%- endset -%}
    {{ pieces | replace('\n', '') }}
{%- endmacro %}


{% macro percent_encoded_pattern() -%}
    {%- set pieces -%}
^(?:[^%]|%(?:0[1-9a-f]|[1-7][0-9a-f]|(?:c[2-9a-f]|d[0-9a-f])%[89ab][0-9a-f]
|(?:e0%[ab]|e[1-9a-cef]%[89ab]|ed%[89])[0-9a-f]%[89ab][0-9a-f]
|(?:f0%[9ab]|f[1-3]%[89ab]|f4%8)[0-9a-f](?:%[89ab][0-9a-f]){2}))*$
    {%- endset -%}
    {{ pieces | replace('\n', '') }}
{%- endmacro %}


{% macro percent_decoded(text) -%}
    case
        when strpos({{ text }}, '%') > 0 and {{ text }} collate "C" ~* '{{ percent_encoded_pattern() }}' then (
            select
                convert_from(
                    string_agg(
                        case
                            when piece.match[1] like '\%%'
                                then decode(substr(piece.match[1], 2), 'hex')
                            else convert_to(piece.match[1], 'UTF8')
                        end,
                        ''
                        order by piece.position
                    ),
                    'UTF8'
                )
            from
                regexp_matches({{ text }}, '%..|[^%]+', 'g')
                with ordinality as piece (match, position)
        )
        else {{ text }}
    end
{%- endmacro %}


{#
    Pattern of a dot in an abbreviation: behind a letter that stands alone, as in V.P. or L.L.C.
    The letter is the first group.

    Args:
        letters: letters and digits, for a bracket expression.
        digits: the digits among them.
#}
{% macro abbreviation_pattern(letters, digits) -%}
    (?<![{{ letters }}])(?![{{ digits }}])([{{ letters }}])\.+
{%- endmacro %}
