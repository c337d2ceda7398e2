select
    i.slug as icp_slug,
    i.domain as icp_domain,

    c.id as company_id,
    c.domain as company_domain,
    c.name as company_name,
    c.linkedin_url as company_linkedin_url,
    c.industry as company_industry,
    c.size_bucket as company_size_bucket,
    c.employee_count as company_employee_count,
    c.country as company_country,
    c.location as company_location,

    {{ is_customer_of('i.domain', 'c.domain') }} as company_is_customer,
    -- counted for the rows of a page only
    (
        select count(*) from {{ ref('leads') }} as l
        where i.slug = l.icp_slug and c.domain = l.company_domain
    )::integer as leads,
    (
        select count(distinct o.linkedin_url)
        from {{ ref('person_contacts') }} as o
        inner join {{ ref('person_positions') }} as w on o.linkedin_url = w.linkedin_url
        where
            c.domain = o._company_domain
            and c.domain = w.company_domain
            and w.is_current is not false
    )::integer as contacts
from {{ ref('icp_criteria') }} as i
inner join {{ compared_companies() }} as c
    on
        {{ meets_company_criteria() }}
