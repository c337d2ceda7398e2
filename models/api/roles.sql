select
    e.id,
    p.id as person_id,
    e.linkedin_url,
    p.full_name,
    d.canonical_domain as company_domain,
    e.company_domain as company_domain_as_stated,
    e.company as company_name,
    e.title,
    e.start_date as started_on,
    e.end_date as ended_on,
    -- where nothing says whether a role is current, its end does
    coalesce(e.is_current, e.end_date is null) as is_current,
    e.experience_order,
    e.raw_payload_id
from {{ ref('person_experience') }} as e
inner join {{ ref('people') }} as p on e.linkedin_url = p.linkedin_url
left join {{ ref('company_domains') }} as d on e.company_domain = d.domain
