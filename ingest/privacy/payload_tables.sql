-- Raw tables of payloads.
select c.relname::text as name
from pg_class as c
where
    c.relnamespace = 'raw'::regnamespace
    and c.relkind in ('r', 'p')
    and not starts_with(c.relname, '_')
    and 2 = (
        select count(*) from pg_attribute as a
        where
            a.attrelid = c.oid
            and a.attname in ('workflow_slug', 'raw_payload')
            and not a.attisdropped
    )
order by c.relname
