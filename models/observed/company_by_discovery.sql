-- Of winning payloads everything is typed already; the others are read here.
select
    w.domain,
    w.domain as owner,
    w.raw_payload_id,
    w._refreshed_at as refreshed_at,
    w._received_at as received_at,

    w.name,
    w.linkedin_url,
    w.description,
    w.type as company_type,
    w.industry,
    w.size as size_bucket,
    {{ stated_amount('w.annual_revenue') }} as annual_revenue,
    {{ stated_amount('w.total_funding_amount_range_usd') }} as total_funding,
    w.country,
    w.location
from {{ ref('company_discovery') }} as w
where {{ is_new('w') }}

union all

select
    s.entity_key as domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.name) as name,
    {{ function('company_linkedin_url') }}(p.linkedin_url) as linkedin_url,
    {{ function('plain_text') }}(p.description) as description,
    {{ function('plain_text') }}(p.type) as company_type,
    {{ function('plain_text') }}(p.industry) as industry,
    {{ function('size_bucket') }}({{ function('plain_text') }}(p.size)) as size_bucket,
    {{ stated_amount('p.annual_revenue') }} as annual_revenue,
    {{ stated_amount('p.total_funding_amount_range_usd') }} as total_funding,
    {{ function('plain_text') }}(p.country) as country,
    {{ function('plain_text') }}(p.location) as location
from (
    {{ stated_payloads('company_discovery', but_winners=true) }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (
    name text,
    linkedin_url text,
    description text,
    type text,
    industry text,
    size text,
    annual_revenue text,
    total_funding_amount_range_usd text,
    country text,
    location text
)
