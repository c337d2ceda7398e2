-- Raw rows with an address of somebody known by name and employer, who is not one person yet.
select count(distinct e.raw_payload_id)
from extracted.person_emails as e
where
    e.linkedin_url is null
    and e.email is not null
    and (
        select count(*) from core.email_candidates as c
        where e.id = c.email_id
    ) <> 1
