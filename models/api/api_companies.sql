{{ config(alias='companies') }}

-- Merged domains are few; the newest payload about one of them speaks for them all.
with merged_firmographics as (
    select distinct on (a.canonical_domain)
        a.canonical_domain,
        f.*
    from {{ ref('company_aliases') }} as a
    inner join {{ ref('company_firmographics') }} as f on a.domain = f.company_domain
    order by a.canonical_domain, {{ payload_order('f') }} desc
),

merged_discovery as (
    select distinct on (a.canonical_domain)
        a.canonical_domain,
        d.*
    from {{ ref('company_aliases') }} as a
    inner join {{ ref('company_discovery') }} as d on a.domain = d.domain
    order by a.canonical_domain, {{ payload_order('d') }} desc
),

known as (
    select
        c.id,
        c.domain,
        c.name,
        c.linkedin_url,

        coalesce(f.website, mf.website) as website,
        coalesce(f.logo_url, mf.logo_url) as logo_url,
        coalesce(f.description, mf.description, d.description, md.description) as description,
        coalesce(f.company_type, mf.company_type, d.type, md.type) as company_type,
        coalesce(f.industry, mf.industry, d.industry, md.industry) as industry,
        coalesce(f.specialties, mf.specialties) as specialties,

        coalesce(f.size_range, mf.size_range, d.size, md.size) as size_bucket,
        coalesce(f.employee_count, mf.employee_count) as employee_count,
        coalesce(f.follower_count, mf.follower_count) as follower_count,
        coalesce(f.founded_year, mf.founded_year) as founded_year,
        coalesce(d.annual_revenue, md.annual_revenue) as annual_revenue,
        coalesce(d.total_funding_amount_range_usd, md.total_funding_amount_range_usd)
            as total_funding,

        coalesce(f.country, mf.country, d.country, md.country) as country,
        coalesce(f.locality, mf.locality, d.location, md.location) as location,

        c.created_at as first_received_at,
        greatest(
            c.updated_at, f._received_at, mf._received_at, d._received_at, md._received_at
        ) as last_received_at
    from {{ ref('companies') }} as c
    left join {{ ref('company_firmographics') }} as f on c.domain = f.company_domain
    left join {{ ref('company_discovery') }} as d on c.domain = d.domain
    left join merged_firmographics as mf on c.domain = mf.canonical_domain
    left join merged_discovery as md on c.domain = md.canonical_domain
)

select
    k.id,
    k.domain,
    k.name,
    k.linkedin_url,

    k.website,
    k.logo_url,
    k.description,
    k.company_type,
    k.industry,
    k.specialties,

    k.size_bucket,
    k.employee_count,
    k.follower_count,
    k.founded_year,
    k.annual_revenue,
    k.total_funding,

    -- as countries are compared; a spelling that nobody knows stands as it was given
    coalesce(n.country, k.country) as country,
    k.location,

    k.first_received_at,
    k.last_received_at
from known as k
left join {{ ref('countries') }} as n on {{ function('comparing_form') }}(k.country) = n.spelling
