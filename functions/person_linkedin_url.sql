select
    case
        when value ~ '^https://www\.linkedin\.com/in/[a-z0-9-]+$' then value
        else (
            select
                'https://www.linkedin.com/in/' || coalesce(
                    -- the hashed id of a member: its letters keep their case, what is appended goes
                    substring(slug from '^AC[ow]AA[A-Za-z0-9_-]+(?=[,%]|$)'),
                    case
                        when section = 'in'
                            then {{ function('decoded_linkedin_slug').include(database=false) }}(slug)
                    end
                )
            from (
                select
                    lower(split_part(path, '/', 1)) as section,
                    case
                        when path ~* '^in/' then split_part(path, '/', 2)
                        when path ~* '^sales/(?:lead|people)/' then split_part(path, '/', 3)
                    end as slug
                from {{ function('linkedin_path').include(database=false) }}(value) as path
                -- a fence: the path is taken apart once
                offset 0
            ) as address
        )
    end
