select
    id,
    file_name,
    file_sha256,
    bytes,
    workflow_slug,
    records,
    landed,
    rejected,
    cleaned,
    forced,
    started_at,
    finished_at,
    tool_version,
    _retry_of,
    _requests,
    suppressed
from raw.loads
