-- Not inlined: lower_text spares ASCII the call. An accent may come as a letter of its own; composed
-- and decomposed are to be one text.
select normalize({{ small('composed') }}, nfc)
from (
    select normalize(value, nfc) as composed
    where octet_length(value) <= 4000
    offset 0
) as c
