select
    {{ function('normal_domain') }}(r.company_website) as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    {{ believed_refresh('r.export_timestamp', receipt_of('r')) }} as refreshed_at,
    {{ receipt_of('r') }} as received_at,

    {{ function('clean_text') }}(r.company) as name,
    {{ function('company_linkedin_url') }}(r.linkedin_url_company) as linkedin_url,
    {{ function('clean_text') }}(r.company_website) as website,
    {{ function('clean_text') }}(r.company_description) as description,
    {{ function('clean_text') }}(r.company_industries) as industry,
    {{ bucket_of_headcount() }} as size_bucket,
    h.number as employee_count,
    {{ function('clean_text') }}(r.company_registered_address) as location
from {{ received('salesnav_scrapes') }} as r
cross join {{ headcount_of('r.company_headcount') }}
where {{ is_new('r') }}
