-- Both sides of a case study. The publisher speaks first if it is its own customer.
select distinct on (s.raw_payload_id, side.domain)
    side.domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('clean_text') }}(side.name) as name
from (
    {{ stated_payloads(
        'case_study_details',
        columns=['origin_company_domain', 'origin_company_name', 'company_customer_name'],
    ) }}
) as s
cross join lateral jsonb_to_record(s.payload) as p (customer_company_domain text)
cross join
    -- not VALUES: their expressions are prepared anew for each row
    lateral (
        select
            1 as place,
            case
                when s.entity_key is not null
                    then {{ function('normal_domain') }}(s.origin_company_domain)
            end as domain,
            s.origin_company_name as name
        union all
        select
            2 as place,
            case
                when s.entity_key is not null
                    then {{ function('normal_domain') }}(p.customer_company_domain)
            end as domain,
            s.company_customer_name as name
    ) as side
order by s.raw_payload_id, side.domain, side.place
