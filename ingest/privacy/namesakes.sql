-- Who bears a name, by any source, and works, or worked, at an employer.
select distinct p.linkedin_url
from core.people as p
inner join core.person_observations as n on p.linkedin_url = n.linkedin_url
cross join
    lateral (
        select
            o.company_domain as domain,
            o.company_name as company
        from core.person_observations as o
        where o.linkedin_url = p.linkedin_url
        union
        select
            x.company_domain,
            x.company
        from extracted.person_experience as x
        where x.linkedin_url = p.linkedin_url
    ) as w
where
    n._name_key = reference.comparing_form(%(name)s)
    and (
        w.domain = reference.normal_domain(%(employer)s)
        or reference.company_name_stem(w.company) = reference.company_name_stem(%(employer)s)
    )
order by 1
