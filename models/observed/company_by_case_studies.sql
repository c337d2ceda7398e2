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
    lateral (
        values
        (
            1,
            case
                when s.entity_key is not null
                    then {{ function('normal_domain') }}(s.origin_company_domain)
            end,
            s.origin_company_name
        ),
        (
            2,
            case
                when s.entity_key is not null
                    then {{ function('normal_domain') }}(p.customer_company_domain)
            end,
            s.company_customer_name
        )
    ) as side (place, domain, name)
order by s.raw_payload_id, side.domain, side.place
