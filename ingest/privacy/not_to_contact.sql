-- As the model core.people_not_to_contact makes them, at once and not with the next run.
insert into core.people_not_to_contact (id, linkedin_url, _xid)
select
    reference.entity_id('core.people_not_to_contact', u.linkedin_url) as id,
    u.linkedin_url,
    pg_current_xact_id() as _xid
from (
    select o.linkedin_url from core.person_observations as o
    where o.linkedin_url = any(%(urls)s)
    union
    select c.linkedin_url from core.person_contacts as c
    where
        c.email = any(%(emails)s)
        or (%(phones)s::text[] <> '{}' and privacy.phone_digits(c.phone) = any(%(phones)s))
        or (%(phone_ends)s::text[] <> '{}' and privacy.phone_end(c.phone) = any(%(phone_ends)s))
) as u
on conflict (linkedin_url) do nothing
