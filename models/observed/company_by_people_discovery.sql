-- Of winning payloads everything is typed already; the others are read here.
select
    w.company_domain as domain,
    w.linkedin_url as owner,
    w.raw_payload_id,
    w._refreshed_at as refreshed_at,
    w._received_at as received_at,

    w.latest_company as name
from {{ ref('person_discovery') }} as w
where {{ is_new('w') }}

union all

select
    case when s.entity_key is not null then {{ function('normal_domain') }}(p.domain) end as domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.latest_experience_company) as name
from (
    {{ stated_payloads('person_discovery', but_winners=true) }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (
    domain text,
    latest_experience_company text
)
