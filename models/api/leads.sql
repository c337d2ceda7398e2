-- One select without CTEs, so that the planner sees through the view: what takes time is looked at
-- for the rows of a page only.
select
    i.slug as icp_slug,
    i.domain as icp_domain,

    p.id as person_id,
    o.linkedin_url,
    p.full_name,
    o.title,
    o.seniority,
    o.started_on,

    c.id as company_id,
    c.domain as company_domain,
    c.name as company_name,
    c.industry as company_industry,
    c.size_bucket as company_size_bucket,
    c.employee_count as company_employee_count,
    c.country as company_country,

    u.is_known as worked_at_customer,
    u.name as worked_at_customer_name,
    u.domain as worked_at_customer_domain,
    {{ is_customer_of('i.domain', 'c.domain') }} as company_is_customer,

    c.linkedin_url as company_linkedin_url,
    c.location as company_location,
    p._location as location,
    o._function as function,
    {{ lead_since('l', 'p') }} as first_seen_at,
    {{ best_contact('email', 'o.linkedin_url') }} as email,
    {{ best_contact('_address_verdict', 'o.linkedin_url') }} as email_verdict,
    {{ last_delivery('sent_at', 'o.linkedin_url') }} as last_sent_at,
    {{ last_delivery('destination', 'o.linkedin_url') }} as last_sent_to
from {{ ref('icp_criteria') }} as i
inner join {{ compared_companies() }} as c
    on
        {{ meets_company_criteria() }}
inner join {{ ref('person_positions') }} as o
    on
        c.domain = o.company_domain
        -- who left is no lead; of whom nobody says so is one
        and o.is_current is not false
        and {{ meets_title_criteria('o._title_words', 'o.seniority') }}
inner join {{ ref('people') }} as p
    on
        o.linkedin_url = p.linkedin_url
        -- nor is who must not be written to
        and not {{ is_not_to_contact('o.linkedin_url') }}
cross join
    lateral (
        select
            i.slug as icp_slug,
            o.linkedin_url,
            c.domain as company_domain,
            c.first_received_at as company_known_since
    ) as l
left join
    lateral (
        {{ last_customer('i.domain', 'o.linkedin_url') }}
    ) as u
    on true
