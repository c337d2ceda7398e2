{#- A web address without user, port or odd letters, in lower case. -#}
{%- set small = '(lower(value collate "C") collate "default")' -%}
{%- set part -%}
split_part(
                translate({{ small }}, '?#', '//'),
                '/',
                case when strpos(left(value, 8), '://') > 0 then 3 else 1 end
            )
{%- endset -%}
{%- set host -%}
case when starts_with({{ part }}, 'www.') then substr({{ part }}, 5) else {{ part }} end
{%- endset -%}
{#- each step of a pattern costs; what it lets through is searched for instead -#}
{%- set well_formed -%}
strpos(value, '..') = 0
            and strpos(value, '-.') = 0
            and strpos(value, '.-') = 0
            and strpos({{ small }}, 'xn--') = 0
{%- endset -%}
select
    case
        -- or the last function would be called for it, and a call costs ten times a usual text
        when value is null then null
        -- The usual text is a normal form already.
        when
            octet_length(value) <= 253
            and value ~ '^[a-z0-9][a-z0-9.-]*[.][a-z]+$'
            and strpos(value, '..') = 0
            and strpos(value, '-.') = 0
            and strpos(value, '.-') = 0
            and strpos(value, 'xn--') = 0
            and not starts_with(value, 'www')
            then case when {{ has_known_ending('value') }} then value end
        -- a name, a word
        when octet_length(value) = char_length(value) and strpos(value, '.') = 0 then null
        -- Most others: with www, with a scheme, with capitals, alone or with a path.
        when
            octet_length(value) <= 253
            and {{ small }}
            ~ '^(?:https?://)?(?:www[.][a-z0-9]|(?!www)[a-z0-9])[a-z0-9.-]*[.][a-z]+(?:[/?#]|$)'
            and {{ well_formed }}
            then
                case
                    when
                        {{ has_known_ending('(' ~ host ~ ')') }}
                        and not (
                            value ~ '^[^?#]*[^/:?#]/+[^/?#]' and {{ is_shared_host('(' ~ host ~ ')') }}
                        )
                        then {{ host }}
                end
        else {{ function('domain_of_address').include(database=false) }}(value)
    end
