{%- set rest = "split_part(value, 'linkedin.com/company/', 2)" -%}
{%- set slug = "split_part(translate(" ~ rest ~ ", '?#', '//'), '/', 1)" -%}
{%- set nothing = ' ' ~ markers(['text', 'key', 'slug']) | join(' ') ~ ' ' -%}
select
    case
        -- Most addresses are normal forms already.
        when
            octet_length(value) <= 500
            and starts_with(value, 'https://www.linkedin.com/company/')
            and substr(value, 34) ~ '^[a-z0-9_-]+$'
            -- what means nothing is shorter
            and (octet_length(value) > 48 or strpos('{{ nothing }}', ' ' || substr(value, 34) || ' ') = 0)
            then value
        -- Of the others most differ by little. The patterns are short: each of their steps that a
        -- text reaches costs.
        when
            octet_length(value) <= 500
            and split_part(value, 'linkedin.com/company/', 1) ~ '^(?:https?://)?(?:[a-z]+\.)?$'
            -- a single letter may be the beginning of n/a
            and {{ slug }} ~ '^[A-Za-z0-9_-]{2,}$'
            and strpos('{{ nothing }}', ' ' || lower({{ slug }} collate "C") || ' ') = 0
            then 'https://www.linkedin.com/company/' || lower({{ slug }} collate "C")
        -- as Sales Navigator exports it
        when starts_with(value, '/company/') and substr(value, 10) ~ '^[1-9][0-9]*$'
            then 'https://www.linkedin.com' || value
        when strpos(value, '/') > 0 then substring(
            {{ function('linkedin_url').include(database=false) }}(value)
            from '^https://www\.linkedin\.com/(?:company|school|showcase)/.+$'
        )
    end
