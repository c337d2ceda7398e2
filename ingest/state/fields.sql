select
    workflow_slug,
    path,
    status,
    mapped_to,
    reason,
    drift,
    to_jsonb(drift_since) #>> '{}' as drift_since,
    payloads,
    payloads_before,
    present,
    present_before,
    filled_share,
    filled_share_before,
    filled_share_until,
    payloads_since_filled,
    types,
    to_jsonb(first_seen) #>> '{}' as first_seen,
    to_jsonb(last_seen) #>> '{}' as last_seen,
    to_jsonb(last_filled) #>> '{}' as last_filled,
    longest,
    is_header
from api.payload_fields
where %(workflow)s::text is null or workflow_slug = %(workflow)s
order by workflow_slug collate "C", is_header, path collate "C"
