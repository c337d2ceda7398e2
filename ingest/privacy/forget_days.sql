-- Days of which nothing is left.
delete from extracted.payload_fields as f
using (select distinct workflow_slug, day from erased_rows where raw_table = {name}) as d
where
    f.workflow_slug = d.workflow_slug
    and f.day = d.day
    and not f.is_header
    and not exists (
        select from {table} as r
        where
            r.workflow_slug = d.workflow_slug
            and (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date = d.day
    )
