{{ config(alias='people') }}

select
    p.id,
    p.linkedin_url,
    p.linkedin_slug,
    p.full_name,

    p._first_name as first_name,
    p._last_name as last_name,
    p._headline as headline,
    p._summary as summary,
    p._location as location,
    p._country as country,
    p._connections as connections,
    p._followers as followers,
    p._picture_url as picture_url,

    o.title,
    o.seniority,
    o.started_on,
    o.is_current,
    o.source as position_source,
    c.id as company_id,
    o.company_domain,
    coalesce(c.name, o.company_name) as company_name,

    p.created_at as first_received_at,
    (
        select max(m.received_at)
        from {{ ref('person_observations') }} as m
        where p.linkedin_url = m.linkedin_url
    ) as last_received_at,

    coalesce(c.linkedin_url, o.company_linkedin_url) as company_linkedin_url,
    c._location as company_location,
    p.updated_at as last_changed_at,
    o._function as function,
    {{ best_contact('email', 'p.linkedin_url') }} as email,
    {{ best_contact('_address_verdict', 'p.linkedin_url') }} as email_verdict,
    {{ last_delivery('sent_at', 'p.linkedin_url') }} as last_sent_at,
    {{ last_delivery('destination', 'p.linkedin_url') }} as last_sent_to,
    {{ is_not_to_contact('p.linkedin_url') }} as do_not_contact
from {{ ref('people') }} as p
left join {{ ref('person_positions') }} as o on p.linkedin_url = o.linkedin_url
left join {{ ref('companies') }} as c on o.company_domain = c.domain
