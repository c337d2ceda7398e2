-- What three finders verified: the only valid address is that of the last one in the ranking.
select
    full_name,
    email,
    email_verdict as verdict,
    source,
    is_best
from api.contacts
where
    linkedin_url = 'https://www.linkedin.com/in/ivo-testcase-88'
    and email_verdict <> 'unknown'
order by is_best desc, email collate "C", source collate "C" -- noqa: RF02
