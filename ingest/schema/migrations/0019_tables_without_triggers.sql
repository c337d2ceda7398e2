-- Asked by ingest status, by ingest init, which puts them right, and by every run of dbt.
create function raw.unguarded_tables() returns table (name text, missing text[])
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select
        c.relname::text,
        array(
            select s.name
            from unnest(array['stamp_updated_row', 'stamp_foreign_row']) as s (name)
            where
                not c.relispartition
                and not exists (
                    select from pg_trigger as t where c.oid = t.tgrelid and s.name = t.tgname
                )
        ) as missing
    from pg_class as c
    inner join pg_attribute as a on c.oid = a.attrelid and a.attname = '_xid'
    where
        c.relnamespace = to_regnamespace('raw')
        and c.relkind in ('r', 'p')
        and not starts_with(c.relname, '_')  -- of a load under way
        and (
            select count(*)
            from pg_trigger as t
            where
                c.oid = t.tgrelid
                and t.tgname in ('stamp_updated_row', 'stamp_foreign_row')
                and t.tgenabled = 'A'
        ) < 2
    order by c.relispartition, c.relname
$$;
comment on function raw.unguarded_tables() is
'Tables of raw whose rows are not stamped in any case: a trigger is missing (named), or runs no '
'longer ALWAYS, as pg_restore --disable-triggers leaves it behind. Whole tables come before their '
'partitions, which take triggers over.';
