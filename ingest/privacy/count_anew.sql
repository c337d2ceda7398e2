-- One other row of the day that models read is new, so that the next run counts the day again. Who
-- is withheld is asked row by row: the view as a whole would read everybody.
with touched as (
    update {table} as r set id = r.id
    from (
        select
            any_other.id,
            d.workflow_slug,
            d.day
        from days_of_rows as d
        cross join
            lateral (
                select o.id
                from {table} as o
                where
                    o.workflow_slug = d.workflow_slug
                    and (coalesce(o.created_at, o._received_at) at time zone 'UTC')::date = d.day
                    and (
                        select true from reference.withheld_rows as w
                        where w.raw_table = %(name)s and w.raw_payload_id = o.id
                        limit 1
                    ) is null
                limit 1
            ) as any_other
        where not d.is_told and not d.is_touched
    ) as n
    where r.id = n.id
    returning n.workflow_slug, n.day
)

update days_of_rows as d set is_touched = true
from touched as t
where d.workflow_slug = t.workflow_slug and d.day = t.day
