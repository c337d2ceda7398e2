-- Both sides of an entry. The origin speaks first where they are one company.
select distinct on (r.id, side.domain)
    side.domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    null::timestamptz as refreshed_at,
    {{ receipt_of('r') }} as received_at,

    {{ function('clean_text') }}(side.name) as name,
    {{ function('company_linkedin_url') }}(side.linkedin_url) as linkedin_url
from {{ source('raw', 'manual_company_customers') }} as r
cross join
    -- not VALUES: their expressions are prepared anew for each row
    lateral (
        select
            1 as place,
            {{ function('normal_domain') }}(r.origin_company_domain) as domain,
            r.origin_company_name as name,
            r.origin_company_linkedin_url as linkedin_url
        union all
        select
            2 as place,
            {{ function('normal_domain') }}(r.company_customer_domain) as domain,
            r.company_customer_name as name,
            r.company_customer_linkedin_url as linkedin_url
    ) as side
where {{ is_new('r') }}
order by r.id, side.domain, side.place
