-- Who is known under a name by any source bears it, also if core has chosen another one for them.
create or replace function privacy.is_name_of_erased(name_key text) returns boolean
language plpgsql stable
as $$
begin
    if not privacy.is_tombstone('name', name_key, array['erased']) then
        return false;
    end if;
    if to_regclass('core.people') is null then
        return true;
    end if;
    if exists (select from core.people as p where p._name_key = is_name_of_erased.name_key) then
        return false;
    end if;
    -- which it has from the first run of this release on
    if not exists (
        select from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass('core.person_observations') and a.attname = '_name_key'
    ) then
        return true;
    end if;
    return not exists (
        select from core.person_observations as o
        where o._name_key = is_name_of_erased.name_key and o.linkedin_kind = 'public'
    );
end
$$;
