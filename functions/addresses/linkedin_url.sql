{%- set origin = linkedin_origin_pattern() -%}
-- Not inlined: person_linkedin_url and company_linkedin_url spare the usual address the call.
-- `offset 0` is a fence: what a step computes is computed once.
select
    'https://www.linkedin.com/'
    || case
        -- what is too long for an index is no slug; real ones end at 100 letters
        when greatest(octet_length(slug), octet_length(id)) > 500 then null
        -- the hashed id of a member: its letters keep their case, what is appended goes
        when id ~ '^AC[ow]AA[A-Za-z0-9_-]' then 'in/' || substring(id from '^[A-Za-z0-9_-]+')
        when section = 'sales' and kind = 'company' then 'company/' || substring(id from '^[0-9]+$')
        when section = 'sales' then null
        -- such a slug would be read differently the next time
        when
            slug ~ '[\u0001-\u001f{{ blanks() }}/?#]'
            or (strpos(slug, '%') > 0 and slug ~* '{{ percent_encoded_pattern() }}')
            then null
        else section || '/' || nullif(slug, '')
    end
from (
    select
        section,
        kind,
        id,
        {{ function('lower_text').include(database=false) }}(
            btrim({{ percent_decoded('once') }}, E'{{ blanks() }}')
        ) as slug
    from (
        select
            lower(split_part(path, '/', 1) collate "C") collate "default" as section,
            lower(split_part(path, '/', 2) collate "C") collate "default" as kind,
            case
                when path ~* '^in/' then split_part(path, '/', 2)
                when path ~* '^sales/(?:lead|people|company)/' then split_part(path, '/', 3)
            end as id,
            {{ percent_decoded('part') }} as once
        from (
            select
                path,
                split_part(path, '/', 2) as part
            from (
                -- no slug begins later: what follows is not worth reading
                select
                    translate(
                        regexp_replace(left(value, 4000), '{{ origin }}', '', 'i'), '?#', '//'
                    ) as path
                where
                    left(value, 4000)
                    ~* '{{ origin }}(?:in|company|school|showcase|sales/(?:lead|people|company))/'
                offset 0
            ) as address
            offset 0
        ) as parts
        offset 0
    ) as decoded
    offset 0
) as folded
