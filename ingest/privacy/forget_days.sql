-- Days of which nothing is left.
delete from extracted.payload_fields as f
using days_of_rows as d
where
    f.workflow_slug = d.workflow_slug
    and f.day = d.day
    and not f.is_header
    and not d.is_touched
    and (not d.is_told or d.rows = d.received)
