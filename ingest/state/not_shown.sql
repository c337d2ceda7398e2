-- Schemas that the role may not look into; of the others, the tables that it may not read.
select
    n.nspname,
    c.relname
from pg_namespace as n
left join pg_class as c
    on
        n.oid = c.relnamespace
        and has_schema_privilege(n.oid, 'usage')
where
    n.nspname = any(%(schemas)s)
    and (
        not has_schema_privilege(n.oid, 'usage')
        or (
            c.relkind in ('r', 'p')
            and not has_table_privilege(c.oid, 'select')
            -- the first are of a load under way
            and case
                when n.nspname = %(raw)s then not starts_with(c.relname, '_')
                else c.relname = any(%(tables)s)
            end
        )
    )
order by array_position(%(schemas)s, n.nspname::text), c.relname
