select
    case when s.entity_key is not null then {{ function('normal_domain') }}(p.domain) end as domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.latest_experience_company) as name
from (
    {{ stated_payloads('person_discovery') }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (
    domain text,
    latest_experience_company text
)
