-- Of whom an address or a number is said: profiles, and names where there is none.
select distinct
    coalesce(f.linkedin_url, f.name) as who,
    f.linkedin_url
from (
    select
        c.linkedin_url,
        null as name
    from core.person_contacts as c
    where
        c.email = any(%(emails)s)
        or (%(phones)s::text[] <> '{{}}' and privacy.phone_digits(c.phone) = any(%(phones)s))
    union all
    select
        s.linkedin_url,
        s.full_name
    from extracted.person_emails as s
    where s.email = any(%(emails)s)
    union all
    select
        coalesce(r.linkedin_url, r.member_url) as linkedin_url,
        nullif(r.name, '') as name
    from ({salesnav}) as r
    where r.is_carrier
) as f
where coalesce(f.linkedin_url, f.name) is not null
order by f.linkedin_url, who
