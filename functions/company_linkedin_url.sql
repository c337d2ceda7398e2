{%- set slug = "split_part(translate(split_part(value, 'linkedin.com/company/', 2), '?#', '//'), '/', 1)" -%}
select
    case
        -- Most addresses; short patterns, because each step of a pattern that a text reaches costs.
        -- Capitals are left to the rule behind: they may belong to an id.
        when
            octet_length(value) <= 500
            and split_part(value, 'linkedin.com/company/', 1) ~ '^(?:https?://)?(?:[a-z]+\.)?$'
            and {{ slug }} ~ '^[a-z0-9-]+$'
            then 'https://www.linkedin.com/company/' || {{ slug }}
        when strpos(value, '/') > 0 then substring(
            {{ function('linkedin_url').include(database=false) }}(value)
            from '^https://www\.linkedin\.com/(?:company|school|showcase)/.+$'
        )
    end
