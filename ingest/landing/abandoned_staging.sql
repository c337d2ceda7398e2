-- All staging tables that this user may drop, and the loads they are named after.
select
    relname,
    substr(relname, 10, 32) as load_id
from pg_class
where
    relnamespace = to_regnamespace('raw')
    and relkind = 'r'
    and relname ~ '^_staging_[0-9a-f]{32}_'
    and pg_has_role(relowner, 'usage')
