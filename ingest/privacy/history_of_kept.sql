update core.company_history as h set
    raw_payload_id = k.id,
    _xid = pg_current_xact_id()
from company_statements_kept as k
where
    h.domain = k.canonical_domain
    and h.raw_payload_id = k.raw_payload_id
    and h.source = k.source
