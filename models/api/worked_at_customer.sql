select
    o.id as origin_company_id,
    w.origin_domain,
    o.name as origin_name,
    w.customer_domain,
    w.customer_name,
    w.person_id,
    w.linkedin_url,
    w.full_name,
    w.id as role_id,
    w.title,
    w.started_on,
    w.ended_on,
    round((w.ended_on - w.started_on) / 365.25, 1)::numeric(6, 1) as years,
    w.experience_order
from (
    select
        c.domain as origin_domain,
        c.customer_domain,
        c.customer_name,
        r.*
    from {{ ref('company_customers') }} as c
    inner join {{ ref('roles') }} as r on c.customer_domain = r.company_domain

    union all

    -- a role without a domain is known by the customer's very name
    select
        n.domain as origin_domain,
        n.customer_domain,
        n.customer_name,
        r.*
    from {{ ref('customer_claims') }} as n
    inner join {{ ref('roles') }} as r on n.customer_name = r.company_name
    where n._speaks_for_name and r.company_domain_as_stated is null
) as w
left join {{ ref('companies') }} as o on w.origin_domain = o.domain
where not w.is_current
