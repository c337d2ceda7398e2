insert into privacy.erased_people (id)
select p.id from core.people as p
where p.linkedin_url = any(%(urls)s)
on conflict (id) do nothing
