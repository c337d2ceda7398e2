-- Tables of the project's models with their watermarks. A fingerprint names what it depends on by
-- ids of dbt: seed.<project>.<seed>, function.…, model.…, source.<project>.<source>.<table>.
-- A release before this one wrote none; neither does it count while what compares it is missing.
with tables as (
    select
        c.oid,
        c.relname,
        n.nspname
    from pg_class as c
    inner join pg_namespace as n on c.relnamespace = n.oid and n.nspname = any(%(schemas)s)
    where c.relkind = 'r' and c.relname = any(%(models)s)
),

marks as (
    select
        w.model,
        w.advanced_at,
        w.seen,
        to_jsonb(w) -> 'fingerprint' as fingerprint
    from extracted.watermarks as w
    where
        to_jsonb(w) ? 'fingerprint'
        and to_regprocedure('reference.is_unseen(xid8,pg_snapshot)') is not null
)

select
    t.nspname,
    t.relname,
    m.advanced_at,
    m.seen::text,
    coalesce(m.fingerprint ->> 'cluster' <> control.system_identifier::text, true) as is_elsewhere,
    coalesce(m.fingerprint ->> 'table' <> t.oid::text, true) as is_new,
    upstream.relations,
    upstream.changed
from tables as t
left join marks as m on t.relname = m.model
cross join pg_control_system() as control
cross join
    lateral (
        select
            array_agg(r.relation::text)
            filter (where r.relation is not null) as relations,
            array_agg(r.key) filter (where r.is_changed) as changed
        from (
            select
                f.key,
                upstreams.relation,
                case
                    when f.key ~ '^(seed|function)\.' then coalesce(d.checksum <> f.value, true)
                    else coalesce(upstreams.relation::oid::text <> f.value, true)
                end as is_changed
            from jsonb_each_text(m.fingerprint) as f (key, value)
            left join extracted.deployments as d on f.key = d.node
            cross join
                lateral (
                    select
                        case
                            -- by the catalog: to_regclass needs a right on the schema
                            when f.key ~ '^source\.[^.]+\.(raw|state)\.'
                                then (
                                    select c.oid::regclass
                                    from pg_class as c
                                    inner join pg_namespace as n on c.relnamespace = n.oid
                                    where
                                        c.relname = split_part(f.key, '.', -1)
                                        and n.nspname = case split_part(f.key, '.', 3)
                                            when 'raw' then 'raw' else 'core'
                                        end
                                )
                            when starts_with(f.key, 'model.')
                                then (
                                    select u.oid::regclass from tables as u
                                    where u.relname = split_part(f.key, '.', -1)
                                )
                        end as relation
                ) as upstreams
            where f.key ~ '^(seed|function|source|model)\.[^ ]+$'
        ) as r
    ) as upstream
order by array_position(%(schemas)s, t.nspname::text), t.relname
