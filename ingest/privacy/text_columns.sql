-- Columns that may hold somebody's name, by table, with the size of the table in bytes. What a view
-- shows is in the tables below it, and what is generated in the column beside it.
select
    n.nspname::text as schema,
    c.relname::text as name,
    array_agg(distinct a.attname::text) filter (where y.kind = 'text') as texts,
    array_agg(distinct a.attname::text) filter (where y.kind = 'document') as documents,
    array_agg(distinct a.attname::text) filter (where y.kind = 'list') as lists,
    pg_table_size(c.oid) as size,
    bool_or(b.attname = '_xid') as is_versioned,
    coalesce(bool_or(b.attname = '_redacted_at'), false) as says_so,
    has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as is_readable
from pg_class as c
inner join pg_namespace as n on c.relnamespace = n.oid
inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
inner join
    lateral (
        select
            case
                when a.atttypid in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
                    then 'text'
                when a.atttypid in ('jsonb'::regtype, 'json'::regtype) then 'document'
                when a.atttypid in ('text[]'::regtype, 'varchar[]'::regtype) then 'list'
            end as kind
    ) as y
    on y.kind is not null
left join
    pg_attribute as b
    on c.oid = b.attrelid and b.attname in ('_xid', '_redacted_at') and not b.attisdropped
where
    c.relkind in ('r', 'm')
    and a.attgenerated = ''
    and n.nspname !~ '^pg_'
    and n.nspname <> 'information_schema'
group by n.nspname, n.oid, c.relname, c.oid
order by n.nspname, c.relname
