-- The usual slug costs one match; the rest is decoded, twice where a tool encoded it twice.
select
    case
        when value ~ '^[a-z0-9_-]+$' then value
        else (
            select
                case
                    -- such a slug would be read differently the next time
                    when
                        slug = ''
                        or slug ~ E'[\\u0001-\\u0020\\u007f-\\u00a0\\u1680\\u2000-\\u200b\\u2028\\u2029\\u202f\\u205f\\u3000/?#]'
                        or {{ function('percent_decode').include(database=false) }}(slug) <> slug
                        then null
                    else slug
                end
            from (
                select
                    {{ function('lower_text').include(database=false) }}(
                        {{ function('trim_blanks').include(database=false) }}(
                            {{ function('percent_decode').include(database=false) }}(
                                {{ function('percent_decode').include(database=false) }}(value)
                            )
                        )
                    ) as slug
                -- a fence: the slug is decoded once
                offset 0
            ) as decoded
        )
    end
