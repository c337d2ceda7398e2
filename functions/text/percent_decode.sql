-- Not inlined: no immutable expression makes a character of two hexadecimal digits, so the text is
-- cut up and put together again.
select
    case
        when octet_length(value) <= 20000 then {{ percent_decoded('value') }}
        else value
    end
