select
    case
        when value ~ '^https://www\.linkedin\.com/(?:company|school|showcase)/[a-z0-9-]+$' then value
        else (
            select
                'https://www.linkedin.com/'
                || case
                    when section in ('company', 'school', 'showcase')
                        then section || '/'
                            || {{ function('decoded_linkedin_slug').include(database=false) }}(
                                split_part(path, '/', 2)
                            )
                    -- Sales Navigator shows a company under the id it has on LinkedIn
                    when path ~* '^sales/company/[0-9]+(?:/|$)'
                        then 'company/' || split_part(path, '/', 3)
                end
            from (
                select
                    path,
                    lower(split_part(path, '/', 1)) as section
                from {{ function('linkedin_path').include(database=false) }}(value) as path
                -- a fence: the path is taken apart once
                offset 0
            ) as address
        )
    end
