select
    {{ function('normal_domain') }}(r.website) as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    null::timestamptz as refreshed_at,
    {{ receipt_of('r') }} as received_at,

    {{ function('clean_text') }}(r.name) as name,
    {{ function('company_linkedin_url') }}(r.linkedin_url) as linkedin_url,
    coalesce(
        {{ function('clean_text') }}(r.full_description),
        {{ function('clean_text') }}(r.short_description)
    ) as description,
    {{ function('clean_text') }}(r.operating_status) as operating_status,
    {{ bucket_of_headcount() }} as size_bucket,
    h.number as employee_count,
    {{ function('as_year') }}(r.founded_date) as founded_year,
    {{ function('clean_text') }}(r.country) as country,
    {{ place_of(['r.city', 'r.state']) }} as location
from {{ source('raw', 'vc_crunchbase_portfolios') }} as r
cross join {{ headcount_of('r.number_employees') }}
where {{ is_new('r') }}
