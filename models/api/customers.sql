select
    r.id,
    o.id as origin_company_id,
    r.domain as origin_domain,
    o.name as origin_name,
    c.id as customer_company_id,
    r.customer_domain,
    coalesce(c.name, r.customer_name) as customer_name,
    r.customer_name as name_as_stated,
    r.source,
    r.notes,
    r.created_at as known_since
from {{ ref('company_customers') }} as r
left join {{ ref('companies') }} as o on r.domain = o.domain
left join {{ ref('companies') }} as c on r.customer_domain = c.domain
