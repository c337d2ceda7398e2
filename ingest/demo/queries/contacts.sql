-- A person of core, and a member id, which is none.
select
    full_name,
    linkedin_kind,
    email,
    phone,
    source
from api.contacts
where
    linkedin_url in (
        'https://www.linkedin.com/in/farah-fictional-03',
        'https://www.linkedin.com/in/ACwAAExample03noAh'
    )
order by linkedin_kind collate "C" desc, source collate "C", known_since, raw_payload_id
