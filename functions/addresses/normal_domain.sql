{#-
    A character of a label. By ranges of code points, because the classes of a locale differ from
    server to server: everything is a letter, a digit or a mark of some script except the blanks,
    controls, punctuation, symbols, emoji and private use areas below. Dot and hyphen are left out
    too; their places are spelled out in the pattern.
-#}
{%- set letter -%}
[^\u0001-/:-@[-`{-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u02c2-\u02c5
\u02d2-\u02df\u037e\u0387\u055a-\u055f\u0589-\u058f\u05be\u05c0\u05c3\u05c6\u05f3\u05f4
\u0600-\u060f\u061b-\u061f\u066a-\u066d\u06d4\u06dd\u06de\u0700-\u070f\u0964\u0965\u0970\u0e3f
\u0e4f\u0e5a\u0e5b\u1680\u180e\u2000-\u209f\u20a0-\u20cf\u2100-\u2bff\u2e00-\u2e7f\u2ff0-\u3004
\u3008-\u3020\u3030\u3036\u3037\u303d-\u303f\u30a0\u30fb\ue000-\uf8ff\ufd3e\ufd3f\ufdfc
\ufe00-\ufe1f\ufe30-\ufe6f\ufeff-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffe0-\uffff
\U0001d000-\U0001d3ff\U0001f000-\U0001fbff\U000e0000-\U0010ffff]
{%- endset -%}
{%- set letter = letter | replace('\n', '') -%}
{%- set label = letter ~ '+(?:-+' ~ letter ~ '+)*' -%}
{#- the last label holds more than digits, so that an address of the network is no domain -#}
{%- set domain = '(?:' ~ label ~ '[.])+(?![0-9]+$)' ~ label ~ '$' -%}
{%- set lower_text = function('lower_text').include(database=false) -%}
{%- set host -%}
regexp_replace(
            regexp_replace(
                -- up to the path, with the scheme gone
                split_part(
                    translate(
                        regexp_replace(
                            btrim(
                                -- no host begins later: what follows is not worth reading
                                {{ lower_text }}(left(value, 4000)),
                                E'{{ blanks() }}'
                            ),
                            '^(?:[a-z][a-z0-9+.-]*:)?//',
                            ''
                        ),
                        '?#',
                        '//'
                    ),
                    '/',
                    1
                ),
                '^(?:.*@)?(?:www[0-9]*\.)?',
                ''
            ),
            '\.*(?::[0-9]*)?$',
            ''
        )
{%- endset -%}
select
    case
        -- The usual text is a normal form already. Told by a short pattern, because each step of a
        -- pattern costs, and by searching for what it lets through.
        when
            octet_length(value) <= 253
            and value ~ '^[a-z0-9][a-z0-9.-]*[.][a-z]+$'
            and strpos(value, '..') = 0
            and strpos(value, '-.') = 0
            and strpos(value, '.-') = 0
            and not starts_with(value, 'www')
            then value
        when octet_length(value) <= 253 then substring({{ host }} from '^{{ domain }}')
        -- the length is counted in the pattern only where it can matter: counting costs
        else substring({{ host }} from '^(?!.{254}){{ domain }}')
    end
