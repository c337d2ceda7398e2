-- What is in the schemas of the warehouse and is not this user's to give away. Left alone is what
-- nobody but its owner needs: a thing of a role that may not create there, as no run's is.
select
    n.nspname,
    pg_get_userbyid(t.owner) as owner
from (
    select
        oid as namespace,
        nspowner as owner
    from pg_namespace
    union
    select
        relnamespace,
        relowner
    from pg_class
    where not starts_with(relname, '_')
    union
    select
        pronamespace,
        proowner
    from pg_proc
) as t
inner join pg_namespace as n on t.namespace = n.oid
where
    (n.nspname in ('raw', 'privacy') or n.nspname = any(%(built)s))
    and not pg_has_role(t.owner, 'usage')
    and has_schema_privilege(t.owner, n.oid, 'create')
order by n.nspname = 'privacy', n.nspname, owner
limit 1
