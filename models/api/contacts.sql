-- Each way to reach somebody once, as it was first received from a source. Rows of an export with a
-- member id keep their contact, although they are nobody in core.
select
    p.id as person_id,
    o.linkedin_url,
    o.linkedin_kind,
    coalesce(p.full_name, o.full_name) as full_name,
    coalesce(w.title, o.title) as title,
    c.id as company_id,
    coalesce(w.company_domain, d.canonical_domain, o.company_domain) as company_domain,
    coalesce(c.name, w.company_name, o.company_name) as company_name,

    o.email,
    -- nobody has verified it; what finders say of an address comes with their workflows
    case when o.email is not null then 'unknown' end as email_verdict,
    o.phone,
    o.source,
    o.received_at as known_since,
    (
        select max(again.received_at)
        from {{ ref('person_observations') }} as again
        where {{ is_same_contact('again', 'o') }}
    ) as confirmed_at,
    o.raw_payload_id
from {{ ref('person_observations') }} as o
left join {{ ref('people') }} as p on o.linkedin_url = p.linkedin_url
left join {{ ref('person_positions') }} as w on o.linkedin_url = w.linkedin_url
left join {{ ref('company_domains') }} as d on o.company_domain = d.domain
left join {{ ref('companies') }} as c
    on coalesce(w.company_domain, d.canonical_domain) = c.domain
where
    (o.email is not null or o.phone is not null)
    and not exists (
        select from {{ ref('person_observations') }} as earlier
        where
            {{ is_same_contact('earlier', 'o') }}
            -- which follows, but the planner needs it to leave the others out
            and (earlier.email is not null or earlier.phone is not null)
            and (earlier.received_at, earlier.raw_payload_id) < (o.received_at, o.raw_payload_id)
    )
