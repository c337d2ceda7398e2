-- Whoever was erased before, came back and goes again, is told of again.
insert into privacy.erased_people as e (id)
select p.id from core.people as p
where p.linkedin_url = any(%(urls)s)
on conflict (id) do update set
    erased_at = now(),
    _xid = pg_current_xact_id()
