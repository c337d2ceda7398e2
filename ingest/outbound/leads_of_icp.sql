-- Leads of a profile for whom no address is known to work, as they are sent.
select to_jsonb(q)
from (
    select
        l.linkedin_url,
        p.first_name,
        p.last_name,
        l.full_name,
        l.title,
        l.company_domain,
        l.company_name,
        l.company_linkedin_url,
        l.email,
        l.email_verdict
    from api.leads as l
    inner join api.people as p on l.linkedin_url = p.linkedin_url
    where l.icp_slug = %(icp)s and l.email_verdict is distinct from 'valid'
) as q
order by q.linkedin_url
