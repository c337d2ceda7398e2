{#- as in as_timestamptz: one pattern, one entry in the session's cache of compiled patterns -#}
select case when pg_input_is_valid(first_day, 'date') then first_day::date end
from (
    select
        case
            when moment ~ '{{ iso_moment_pattern() }}' then left(moment, 10)
            when moment ~ '^[0-9]{4}(?:-[0-9]{2})?$' then left(moment || '-01-01', 10)
            when moment ~ '^[0-9]{2}-[0-9]{4}$'
                then right(moment, 4) || '-' || left(moment, 2) || '-01'
            when lower(moment collate "C") ~ (
                '^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?'
                || '|sep(?:t|tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) +[0-9]{4}$'
            )
                then right(moment, 4) || '-' || substr(
                    '010203040506070809101112',
                    -- three letters a name above, two digits a number here
                    strpos(
                        'janfebmaraprmayjunjulaugsepoctnovdec', lower(left(moment, 3) collate "C")
                    ) * 2 / 3 + 1,
                    2
                ) || '-01'
        end as first_day
    from {{ function('trim_blanks').include(database=false) }}(value) as moment
    -- a fence: the text is tested before it is cast
    offset 0
) as candidate
