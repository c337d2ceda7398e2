-- Fields are counted by day: one other row of the day is new, so that the next run counts them
-- again.
update {table} as r set id = r.id
from (
    select any_other.id
    from (
        select distinct
            e.workflow_slug,
            e.day
        from erased_rows as e
        where e.raw_table = {name}
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
