select
    c.slug,
    i.domain,
    o.id as company_id,
    o.name as company_name,

    c.industries,
    c.size_buckets,
    c.employee_count_min,
    c.employee_count_max,
    c.countries,
    c.founded_min,
    c.founded_max,

    c.title_contains_any,
    c.title_contains_all,
    c.seniority,

    i._raw_payload_id is null as is_curated,
    i.notes,
    i.created_at,
    i.updated_at
from {{ ref('icp_criteria') }} as c
inner join {{ ref('company_icp') }} as i on c.id = i.id
left join {{ ref('companies') }} as o on i.domain = o.domain
