-- Who is erased, as core knows them, as rows that go name them, and as something was sent of them.
select p.linkedin_url from core.people as p
where
    privacy.is_tombstone('linkedin', reference.linkedin_slug(p.linkedin_url), array['erased'])
union
select o.linkedin_url from core.person_observations as o
where o.raw_payload_id in (select e.id from erased_rows as e)
union
select k.linkedin_url
from (
    select distinct privacy.profile_of(d.entity_key) as linkedin_url
    from raw.outbound_deliveries as d
    union
    select
        'https://www.linkedin.com/in/'
        || substring(d.body ->> 'linkedin_user_profile_urn' from 'AC[ow]AA[A-Za-z0-9_-]+')
    from raw.outbound_deliveries as d
    where d.state in ('pending', 'in_flight')
) as k
where
    privacy.is_tombstone('linkedin', reference.linkedin_slug(k.linkedin_url), array['erased'])
