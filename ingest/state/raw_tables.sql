select
    t.tablename,
    a.attname is not null as takes_payloads
from pg_tables as t
left join pg_attribute as a
    on
        a.attname = 'workflow_slug'
        and a.attrelid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass
where
    t.schemaname = 'raw'
    and t.tablename <> all(%(bookkeeping)s)
    and not starts_with(t.tablename, '_')  -- of a load under way
order by t.tablename
