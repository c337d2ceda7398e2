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


{#
    Branches of a case for what most addresses are; function linkedin_url reads the others. The
    patterns are short: each of their steps that a text reaches costs.
#}
{% macro when_usual_linkedin_url(section, keeps_case=none) -%}
    {%- set origin = 'https://www.linkedin.com/' ~ section ~ '/' -%}
    {%- set rest = 'substr(value, ' ~ (origin | length + 1) ~ ')' -%}
    {%- set part = 'linkedin.com/' ~ section ~ '/' -%}
    {%- set slug -%}
split_part(translate(split_part(value, '{{ part }}', 2), '?#', '//'), '/', 1)
    {%- endset -%}
    {%- set small = 'lower(' ~ slug ~ ' collate "C")' -%}
    {%- set nothing = markers(['text', 'key', 'slug']) -%}
    {%- set spelled = ' ' ~ nothing | join(' ') ~ ' ' -%}
    {%- set longest = nothing | map('length') | max -%}
        -- a normal form already, but for the slash that exports write behind it
        when
            octet_length(value) <= 500
            and starts_with(value, '{{ origin }}')
            and {{ rest }} ~ '^[a-z0-9_-]+/?$'
            and (
                octet_length(value) > {{ origin | length + longest + 1 }}
                or strpos('{{ spelled }}', ' ' || rtrim({{ rest }}, '/') || ' ') = 0
            )
            then rtrim(value, '/')
        -- one that differs by little
        when
            octet_length(value) <= 500
            and split_part(value, '{{ part }}', 1) ~ '^(?:https?://)?(?:[a-z]+\.)?$'
            -- a single letter may be the beginning of n/a
            and {{ slug }} ~ '^[A-Za-z0-9_-]{2,}$'
            and strpos('{{ spelled }}', ' ' || lower({{ slug }} collate "C") || ' ') = 0
            then '{{ origin }}' ||
                {%- if keeps_case %}
                case when {{ slug }} ~ '{{ keeps_case }}' then {{ slug }} else {{ small }} end
                {%- else %} {{ small }}
                {%- endif %}
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
