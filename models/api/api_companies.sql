{{ config(alias='companies') }}

select
    c.id,
    c.domain,
    c.name,
    c.linkedin_url,

    c._website as website,
    c._logo_url as logo_url,
    c._description as description,
    c._company_type as company_type,
    c._industry as industry,
    c._specialties as specialties,

    c._size_bucket as size_bucket,
    c._employee_count as employee_count,
    c._follower_count as follower_count,
    c._founded_year as founded_year,
    c._annual_revenue as annual_revenue,
    c._total_funding as total_funding,

    c._country as country,
    c._location as location,

    c.created_at as first_received_at,
    (
        -- of each domain, because so an index gives it: a large company is observed often
        select max(s.received_at)
        from {{ ref('company_domains') }} as d
        cross join
            lateral (
                select max(o.received_at) as received_at
                from {{ ref('company_observations') }} as o
                where d.domain = o.domain
            ) as s
        where c.domain = d.canonical_domain
    ) as last_received_at,

    c._operating_status as operating_status,
    c.updated_at as last_changed_at
from {{ ref('companies') }} as c
