{%- set small = '(lower(value collate "C") collate "default")' -%}
select
    case
        when value is null or strpos(value, '@') = 0 then null
        -- The usual text is an address already, but for its capitals. An asterisk or a dot in the middle of
        -- the line (beyond ASCII) is what a provider hides.
        when
            octet_length(value) = char_length(value)
            and octet_length(value) <= 253
            and {{ small }}
            ~ '^[^@[:space:],:;*<>()\[\]"]+@(?:[a-z0-9]+(?:-+[a-z0-9]+)*[.])+[a-z]+$'
            and strpos({{ small }}, '@www') = 0
            and strpos({{ small }}, 'xn--') = 0
            then case when {{ has_known_ending(small) }} then {{ small }} end
        else {{ function('unusual_email_address').include(database=false) }}(value)
    end
