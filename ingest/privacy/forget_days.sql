-- Days of which nothing is left.
delete from extracted.payload_fields as f
using erased_rows as e
where
    f.workflow_slug = e.workflow_slug
    and f.day = e.day
    and not f.is_header
    and not exists (
        select from days_counted_anew as d
        where f.workflow_slug = d.workflow_slug and f.day = d.day
    )
