-- Fields are counted by day: one other row of the day is new, so that the next run counts them again.
with days as (
    select distinct
        e.workflow_slug,
        e.day
    from erased_rows as e
    where e.raw_table = {name}
),

others as (
    select min(r.id::text)::uuid as id
    from {table} as r
    inner join days as d
        on
            r.workflow_slug = d.workflow_slug
            and (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date = d.day
    where
        (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date
        between (select min(day) from days) and (select max(day) from days)
    group by d.workflow_slug, d.day
)

update {table} as r set id = r.id
from others as o
where r.id = o.id
