{{ config(tags=['audit']) }}

-- Profile, roles and schools of a person come from the same payload.
select p.linkedin_url
from {{ ref('person_profile') }} as p
inner join {{ ref('person_experience') }} as e on p.linkedin_url = e.linkedin_url
where p.raw_payload_id <> e.raw_payload_id
union all
select p.linkedin_url
from {{ ref('person_profile') }} as p
inner join {{ ref('person_education') }} as e on p.linkedin_url = e.linkedin_url
where p.raw_payload_id <> e.raw_payload_id
