{%- set bare = "lower(rtrim(value, '.') collate \"C\") collate \"default\"" -%}
{%- set trimmed = function('trim_blanks').include(database=false) ~ '(value)' -%}
{%- set bare_trimmed = "lower(rtrim(" ~ trimmed ~ ", '.') collate \"C\") collate \"default\"" -%}
{%- set markers = null_markers(['text']) -%}
select
    case
        -- Most texts neither begin nor end with a blank, and trimming would walk all their letters.
        -- A byte of this range is a letter of its own in UTF-8.
        when
            value collate "C" between '!' and '~'
            and octet_length(value) < 100000000
            and get_byte(convert_to(value, 'UTF8'), octet_length(value) - 1) between 33 and 126
            then
                case
                    -- longer than any marker
                    when octet_length(value) > 16 then value
                    -- so written, it is a surname
                    when value = 'Null' then value
                    when {{ bare }} <> all ({{ markers }}) then value
                end
        when {{ bare_trimmed }} <> all ({{ markers }}) or {{ trimmed }} = 'Null'
            then nullif({{ trimmed }}, '')
    end
