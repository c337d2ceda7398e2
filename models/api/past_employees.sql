-- The role they held last; who was promoted or came back did not leave.
select distinct on (r.company_domain, r.linkedin_url)
    c.id as company_id,
    r.company_domain,
    c.name as company_name,
    r.person_id,
    r.linkedin_url,
    r.full_name,
    r.title as last_title,
    r.started_on,
    r.ended_on as left_on
from {{ ref('roles') }} as r
inner join {{ ref('companies') }} as c on r.company_domain = c.domain
where
    not r.is_current
    and not exists (
        select from {{ ref('roles') }} as still
        where
            r.linkedin_url = still.linkedin_url
            and r.company_domain = still.company_domain
            and still.is_current
    )
    -- Who states the career may name the current role outside of it, and another source a newer one
    -- at the same company.
    and not exists (
        select from {{ ref('person_positions') }} as o
        where
            r.linkedin_url = o.linkedin_url
            and r.company_domain = o.company_domain
            and (r.source = o.source or o.started_on >= coalesce(r.ended_on, r.started_on))
            and coalesce(o.is_current, true)
    )
order by
    r.company_domain,
    r.linkedin_url,
    r.ended_on desc nulls last,
    r.started_on desc nulls last,
    r.experience_order
