select
    s.entity_key as domain,
    s.entity_key as owner,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('clean_text') }}(s.origin_company_name) as name,
    {{ function('company_linkedin_url') }}(s.origin_company_linkedin_url) as linkedin_url
from (
    {{ stated_payloads(
        'claygent_origins', columns=['origin_company_name', 'origin_company_linkedin_url']
    ) }}
) as s
