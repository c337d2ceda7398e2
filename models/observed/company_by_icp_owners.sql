select
    s.entity_key as domain,
    s.raw_payload_id::text as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at
from (
    {{ stated_payloads('company_icp_criteria') }}
) as s
