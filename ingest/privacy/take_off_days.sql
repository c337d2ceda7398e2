-- Rows that were counted, and whose fields were not.
update extracted.payload_fields as f set
    received = f.received - d.rows,
    _xid = pg_current_xact_id()
from days_of_rows as d
where
    f.workflow_slug = d.workflow_slug
    and f.day = d.day
    and f.path = '$'
    and not f.is_header
    and d.is_told
    and d.rows < d.received
