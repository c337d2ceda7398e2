{%- set small = 'lower(value collate "C") collate "default"' -%}
select
    case
        -- what is so long is no name
        when octet_length(value) > 4000 then btrim({{ small }})
        when octet_length(value) <> char_length(value)
            then {{ function('comparing_form_beyond_ascii').include(database=false) }}(value)
        -- most names: nothing to do but the case
        when value !~ '[\u0009-\u000d\u001c-\u001f.]|^ |  | $' then {{ small }}
        else btrim(
            regexp_replace(
                regexp_replace({{ small }}, '{{ abbreviation_pattern('a-z0-9', '0-9') }}', '\1', 'g'),
                '[\u0009-\u000d\u001c-\u0020]+',
                ' ',
                'g'
            )
        )
    end
