select tablename
from pg_tables
where
    schemaname = 'raw'
    and tablename <> all(%s)
    and not starts_with(tablename, '_')  -- of a load under way
order by tablename
