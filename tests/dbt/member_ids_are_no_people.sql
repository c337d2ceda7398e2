{{ config(tags=['audit']) }}

-- A hashed member id is never a person of its own.
select p.linkedin_url
from {{ ref('people') }} as p
where {{ function('person_linkedin_kind') }}(p.linkedin_url) is distinct from 'public'
