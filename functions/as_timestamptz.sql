-- The zone is always spelled out before the cast, which therefore asks neither TimeZone nor
-- DateStyle.
select case when pg_input_is_valid(zoned, 'timestamptz') then zoned::timestamptz end
from (
    select
        case
            when length(moment) = 10 then moment || ' 00:00Z'
            when substr(moment, 12) ~ '[Zz+-]' then moment
            else moment || 'Z'
        end as zoned
    from {{ function('trim_blanks').include(database=false) }}(value) as moment
    where moment ~ '{{ iso_moment_pattern() }}'
    -- a fence: the text is tested before it is cast
    offset 0
) as candidate
