-- Whoever an address may belong to now is chosen anew by the next run.
with emails as (
    select c.email_id from core.email_candidates as c
    where c.linkedin_url = any(%(urls)s)
    union
    select s.id from extracted.person_emails as s
    inner join erased_rows as e on s.raw_payload_id = e.id
),

others as (
    select distinct c.linkedin_url
    from core.email_candidates as c
    inner join emails as e on c.email_id = e.email_id
    where c.linkedin_url <> all(%(urls)s)
)

update core.person_observations as o set _xid = pg_current_xact_id()
from others as n
where o.linkedin_url = n.linkedin_url
