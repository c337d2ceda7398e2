-- Fields are counted by day, whatever table a workflow's payloads are in: one other row of the day
-- is new, so that the next run counts them again.
with touched as (
    update {table} as r set id = r.id
    from (
        select
            any_other.id,
            d.day
        from (
            select distinct
                e.workflow_slug,
                e.day
            from erased_rows as e
            where e.workflow_slug is not null
        ) as d
        cross join
            lateral (
                select o.id
                from {table} as o
                where
                    d.workflow_slug = o.workflow_slug
                    and d.day = (coalesce(o.created_at, o._received_at) at time zone 'UTC')::date
                limit 1
            ) as any_other
    ) as n
    where r.id = n.id
    returning r.workflow_slug, n.day
)

insert into days_counted_anew
select
    t.workflow_slug,
    t.day
from touched as t
