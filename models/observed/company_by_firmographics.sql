-- Of winning payloads everything is typed already; the others are read here.
select
    w.company_domain as domain,
    w.company_domain as owner,
    w.raw_payload_id,
    w._refreshed_at as refreshed_at,
    w._received_at as received_at,

    w.name,
    w.linkedin_url,
    w.website,
    w.logo_url,
    w.description,
    w.company_type,
    w.industry,
    w.specialties,
    w.size_range as size_bucket,
    w.employee_count,
    w.follower_count,
    w.founded_year,
    w.country,
    w.locality as location
from {{ ref('company_firmographics') }} as w
where {{ is_new('w') }}

union all

select
    s.entity_key as domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.name) as name,
    {{ function('company_linkedin_url') }}(p.url) as linkedin_url,
    {{ function('plain_text') }}(p.website) as website,
    {{ function('plain_text') }}(p.logo_url) as logo_url,
    {{ function('plain_text') }}(p.description) as description,
    {{ function('plain_text') }}(p.type) as company_type,
    {{ function('plain_text') }}(p.industry) as industry,
    {{ text_array('p.specialties') }} as specialties,
    {{ function('size_bucket') }}({{ function('plain_text') }}(p.size)) as size_bucket,
    {{ function('as_integer') }}(p.employee_count) as employee_count,
    {{ function('as_integer') }}(p.follower_count) as follower_count,
    {{ function('as_year') }}(p.founded) as founded_year,
    {{ function('plain_text') }}(p.country) as country,
    {{ function('plain_text') }}(p.locality) as location
from (
    {{ stated_payloads('company_firmographics', but_winners=true) }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (
    name text,
    url text,
    website text,
    logo_url text,
    description text,
    type text,
    industry text,
    specialties jsonb,
    size text,
    employee_count text,
    follower_count text,
    founded text,
    country text,
    locality text
)
