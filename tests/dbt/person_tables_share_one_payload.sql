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

union all

-- Where no profile states them, all are from one payload, too.
select linkedin_url
from {{ ref('provider_roles') }}
group by linkedin_url
having min(raw_payload_id::text) <> max(raw_payload_id::text)
union all
select linkedin_url
from {{ ref('provider_schools') }}
group by linkedin_url
having min(raw_payload_id::text) <> max(raw_payload_id::text)
union all
select e.linkedin_url
from {{ ref('person_experience') }} as e
inner join {{ ref('provider_roles') }} as o on e.linkedin_url = o.linkedin_url
union all
select e.linkedin_url
from {{ ref('person_education') }} as e
inner join {{ ref('provider_schools') }} as o on e.linkedin_url = o.linkedin_url
