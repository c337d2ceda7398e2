-- Rows of an export with a member id keep their contact, although they are nobody in core.
select
    p.id as person_id,
    o.linkedin_url,
    {{ function('person_linkedin_kind') }}(o.linkedin_url) as linkedin_kind,
    coalesce(p.full_name, s.full_name) as full_name,
    coalesce(w.title, s.title) as title,
    c.id as company_id,
    o._company_domain as company_domain,
    coalesce(c.name, w.company_name, s.company_name) as company_name,

    o.email,
    o.verdict as email_verdict,
    o.phone,
    o.source,
    o.known_since,
    o.confirmed_at,
    o.raw_payload_id,
    o.verified_at,
    o.is_best and not {{ is_not_to_contact('o.linkedin_url') }} as is_best,
    o.id as contact_id,
    {{ is_not_to_contact('o.linkedin_url') }} as do_not_contact
from {{ ref('person_contacts') }} as o
left join {{ ref('person_observations') }} as s
    on
        o.linkedin_url = s.linkedin_url
        and o.raw_payload_id = s.raw_payload_id
        and o.source = s.source
left join {{ ref('people') }} as p on o.linkedin_url = p.linkedin_url
left join {{ ref('person_positions') }} as w on o.linkedin_url = w.linkedin_url
left join {{ ref('companies') }} as c on o._company_domain = c.domain
