{%- set origin = linkedin_origin_pattern() -%}
{%- set pasted = pasted_class() -%}
{%- set lower_text = function('lower_text').include(database=false) -%}
-- Not inlined: person_linkedin_url and company_linkedin_url spare the usual address the call.
-- `offset 0` is a fence: what a step computes is computed once.
select
    'https://www.linkedin.com/'
    || case
        -- what is too long for an index is no slug; real ones end at 100 letters
        when octet_length(slug) > 500 then null
        -- the hashed id of a member: its letters keep their case, what is appended goes
        when kept ~ '^AC[ow]AA[A-Za-z0-9_-]' and section in ('in', 'sales/lead', 'sales/people')
            then 'in/' || substring(
                regexp_replace(split_part(kept, ',', 1), '[{{ pasted }}]+$', '')
                from '^[A-Za-z0-9_-]+$'
            )
        when section = 'sales/company' then 'company/' || substring(slug from '^0*[1-9][0-9]*$')
        when section not in ('in', 'company', 'school', 'showcase') then null
        when slug = any({{ null_markers(['text', 'key', 'slug']) }}) or is_marker then null
        else section || '/' || substring(slug from '^[{{ letter_class() }}_-]+$')
    end
from (
    select
        section,
        kept,
        is_marker,
        {{ lower_text }}(kept) as slug
    from (
        select
            section,
            is_marker,
            -- what is pasted around a slug; what is invisible within it
            regexp_replace(
                regexp_replace({{ percent_decoded('once') }}, '^[{{ pasted }}]+|[{{ pasted }}]+$', '', 'g'),
                '[{{ invisible_class() }}]+',
                '',
                'g'
            ) as kept
        from (
            select
                section,
                is_marker,
                {{ percent_decoded('part') }} as once
            from (
                select
                    lower(substring(path from '^(?:sales/)?[A-Za-z]+') collate "C")
                    collate "default" as section,
                    -- n/a is no slug n
                    path collate "C" ~* '^[a-z]+/n/a/*$' as is_marker,
                    split_part(
                        path, '/', case when path collate "C" ~* '^sales/' then 3 else 2 end
                    ) as part
                from (
                    -- no slug begins later: what follows is not worth reading
                    select
                        translate(
                            regexp_replace(left(value, 4000) collate "C", '{{ origin }}', '', 'i')
                            collate "default",
                            '?#',
                            '//'
                        ) as path
                    where
                        left(value, 4000) collate "C"
                        ~* '{{ origin }}(?:in|company|school|showcase|sales/(?:lead|people|company))/'
                    offset 0
                ) as address
                offset 0
            ) as parts
            offset 0
        ) as decoded
        offset 0
    ) as bare
    offset 0
) as folded
