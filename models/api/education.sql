select
    e.id,
    p.id as person_id,
    e.linkedin_url,
    p.full_name,
    e.school_name,
    e.degree,
    e.field_of_study,
    e.start_date as started_on,
    e.end_date as ended_on,
    e.grade,
    e.activities,
    e.education_order,
    e.raw_payload_id
from {{ ref('person_education') }} as e
inner join {{ ref('people') }} as p on e.linkedin_url = p.linkedin_url
