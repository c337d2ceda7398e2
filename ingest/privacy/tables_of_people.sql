-- Tables of the models that name people or raw rows, and whether an index leads to the latter.
select
    n.nspname::text as schema,
    c.relname::text as name,
    max(a.attname::text) filter (where a.attname in ('linkedin_url', '_linkedin_url')) as person,
    max(a.attname::text) filter (where a.attname in ('raw_payload_id', '_raw_payload_id'))
        as raw_row,
    coalesce(
        bool_or(
            exists (
                select from pg_index as i
                where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indpred is null
            )
        ) filter (where a.attname in ('raw_payload_id', '_raw_payload_id')),
        false
    ) as is_indexed,
    bool_or(a.attname = '_entity') as has_entity
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
where
    n.nspname in ('extracted', 'core', 'reference')
    and c.relkind = 'r'
    -- companies are no persons, and keep what was said of them
    and c.relname !~ '^compan(y|ies)'
group by n.nspname, c.relname, c.oid
having bool_or(a.attname in ('linkedin_url', '_linkedin_url', 'raw_payload_id', '_raw_payload_id'))
order by n.nspname, c.relname
