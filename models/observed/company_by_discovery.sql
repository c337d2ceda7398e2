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
    {{ function('plain_text') }}(p.annual_revenue) as annual_revenue,
    {{ function('plain_text') }}(p.total_funding_amount_range_usd) as total_funding,
    {{ function('plain_text') }}(p.country) as country,
    {{ function('plain_text') }}(p.location) as location
from (
    {{ stated_payloads('company_discovery') }}
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
