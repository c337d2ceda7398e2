select
    {{ function('normal_domain') }}(r.website_domain) as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    null::timestamptz as refreshed_at,
    {{ receipt_of('r') }} as received_at,

    {{ function('clean_text') }}(r.company_name) as name,
    {{ function('company_linkedin_url') }}(r.linkedin_url) as linkedin_url,
    {{ function('clean_text') }}(r.logo_url) as logo_url,
    coalesce(
        {{ function('clean_text') }}(r.description_long),
        {{ function('clean_text') }}(r.description_short)
    ) as description,
    {{ function('clean_text') }}(r.status) as operating_status,
    nullif(array_to_string(c.specialties, ', '), '') as industry,
    c.specialties,
    {{ bucket_of_headcount() }} as size_bucket,
    h.number as employee_count,
    {{ function('as_year') }}(r.founded_date) as founded_year,
    {{ stated_amount('r.revenue_range') }} as annual_revenue,
    coalesce(
        {{ stated_amount('r.funding_total') }},
        {{ stated_amount('r.equity_funding') }}
    ) as total_funding,
    {{ function('clean_text') }}(r.country) as country,
    {{ place_of(['r.city', 'r.state']) }} as location
from {{ source('raw', 'vc_portfolio_companies') }} as r
cross join {{ headcount_of('r.employee_count') }}
-- a fence: the list is made once, for itself and for the industry
cross join
    lateral (
        select {{ text_array('r.categories') }} as specialties
        from (values (true)) as once
        {{ fence() }}
    ) as c
where {{ is_new('r') }}
