-- Schemas of the warehouse that are there already and belong to somebody who has no part in it, and
-- what else of his is in them. Whoever owns a schema may drop what others keep in it; what is in it
-- may be a function that runs with the rights of who calls it.
with recursive trusted (role) as (
    select r.oid
    from pg_roles as r
    where r.rolname in (current_user, 'pg_database_owner', %(builder)s)
    union
    select d.datdba
    from pg_database as d
    where d.datname = current_database()
    union
    -- who set the warehouse up
    select c.relowner
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid
    where n.nspname = 'raw' and c.relname = 'loads'
    union
    -- not by pg_has_role, which takes a superuser for a member of every role; who has created a
    -- role may grant it, and acts for it only by one of these
    select m.roleid
    from pg_auth_members as m
    inner join trusted as t on m.member = t.role
    where m.inherit_option or m.set_option
)

select
    n.nspname,
    pg_get_userbyid(o.owner) as owner,
    o.is_schema,
    quote_ident(current_user) as this_user
from pg_namespace as n
cross join
    lateral (
        select
            n.nspowner as owner,
            true as is_schema
        union all
        select
            c.relowner,
            false as is_schema
        from pg_class as c
        where n.oid = c.relnamespace and %(with_content)s
        union all
        select
            p.proowner,
            false as is_schema
        from pg_proc as p
        where n.oid = p.pronamespace and %(with_content)s
    ) as o
where
    n.nspname = any(%(schemas)s)
    and o.owner not in (
        select t.role from trusted as t
        union all
        select r.oid from pg_roles as r
        where r.rolsuper
    )
order by array_position(%(schemas)s, n.nspname::text), o.is_schema desc, pg_get_userbyid(o.owner)
limit 1
