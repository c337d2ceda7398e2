-- As the model core.people_not_to_contact makes them: a dump may be older than what they asked.
insert into core.people_not_to_contact (id, linkedin_url, _xid)
select
    reference.entity_id('core.people_not_to_contact', u.linkedin_url) as id,
    u.linkedin_url,
    pg_current_xact_id() as _xid
from (
    select distinct o.linkedin_url from core.person_observations as o
    where
        privacy.is_tombstone(
            'linkedin', reference.linkedin_slug(o.linkedin_url), array['do_not_contact']
        )
    union
    select c.linkedin_url from core.person_contacts as c
    where
        privacy.is_tombstone('email', c.email, array['do_not_contact'])
        or privacy.is_tombstone('phone', privacy.phone_digits(c.phone), array['do_not_contact'])
        or privacy.is_tombstone('phone', privacy.phone_end(c.phone), array['do_not_contact'])
) as u
on conflict (linkedin_url) do nothing
