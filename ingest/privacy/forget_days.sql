-- Days of which nothing is left.
delete from extracted.payload_fields as f
using (
    select distinct
        e.workflow_slug,
        e.day
    from erased_rows as e
    where
        e.raw_table = {name}
        and not exists (
            select from {table} as r
            where
                e.workflow_slug = r.workflow_slug
                and e.day = (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date
        )
) as d
where f.workflow_slug = d.workflow_slug and f.day = d.day and not f.is_header
