-- Of winning payloads everything is typed already; the others are read here.
select
    w.linkedin_url,
    w.raw_payload_id,
    w._refreshed_at as refreshed_at,
    w._received_at as received_at,

    w.full_name,
    w.first_name,
    w.last_name,
    w.location_name as location,

    w.latest_title as title,
    w.latest_company as company_name,
    w.company_domain,
    w.latest_start_date as started_on,
    -- what was found is where a person works now
    true as is_current
from {{ ref('person_discovery') }} as w
where {{ is_new('w') }}

union all

select
    s.entity_key as linkedin_url,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.name) as full_name,
    {{ function('plain_text') }}(p.first_name) as first_name,
    {{ function('plain_text') }}(p.last_name) as last_name,
    {{ function('plain_text') }}(p.location_name) as location,

    {{ function('plain_text') }}(p.latest_experience_title) as title,
    {{ function('plain_text') }}(p.latest_experience_company) as company_name,
    {{ function('normal_domain') }}(p.domain) as company_domain,
    {{ function('as_date') }}(p.latest_experience_start_date) as started_on,
    -- what was found is where a person works now
    true as is_current
from (
    {{ stated_payloads('person_discovery', but_winners=true) }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (
    name text,
    first_name text,
    last_name text,
    location_name text,
    domain text,
    latest_experience_title text,
    latest_experience_company text,
    latest_experience_start_date text
)
