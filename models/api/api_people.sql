{{ config(alias='people') }}

select
    p.id,
    p.linkedin_url,
    p.linkedin_slug,
    p.full_name,

    coalesce(f.first_name, d.first_name) as first_name,
    coalesce(f.last_name, d.last_name) as last_name,
    f.headline,
    f.summary,
    coalesce(f.location_name, d.location_name) as location,
    f.country,
    f.connections,
    f.num_followers as followers,
    f.picture_url,

    o.title,
    o.seniority,
    o.started_on,
    o.is_current,
    o.source as position_source,
    c.id as company_id,
    o.company_domain,
    coalesce(c.name, o.company_name) as company_name,

    p.created_at as first_received_at,
    greatest(p.updated_at, f._received_at, d._received_at, o.received_at) as last_received_at
from {{ ref('people') }} as p
left join {{ ref('person_profile') }} as f on p.linkedin_url = f.linkedin_url
left join {{ ref('person_discovery') }} as d on p.linkedin_url = d.linkedin_url
left join {{ ref('person_positions') }} as o on p.linkedin_url = o.linkedin_url
left join {{ ref('companies') }} as c on o.company_domain = c.domain
