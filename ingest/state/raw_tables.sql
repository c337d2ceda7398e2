select
    t.tablename,
    exists (
        select from pg_attribute as a
        where
            a.attrelid = ('raw.' || quote_ident(t.tablename))::regclass
            and a.attname = 'workflow_slug'
    ) as takes_payloads
from pg_tables as t
where
    t.schemaname = 'raw'
    and t.tablename <> all(%s)
    and not starts_with(t.tablename, '_')  -- of a load under way
order by t.tablename
