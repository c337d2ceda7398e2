-- Of a person either the profile's or, where it states none, those of one provider.
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
    e.raw_payload_id,
    e.source
from (
    select
        x.id,
        x.linkedin_url,
        x.school_name,
        x.degree,
        x.field_of_study,
        x.start_date,
        x.end_date,
        x.grade,
        x.activities,
        x.education_order,
        x.raw_payload_id,
        'profile' as source
    from {{ ref('person_education') }} as x
    union all
    select
        o.id,
        o.linkedin_url,
        o.school_name,
        o.degree,
        o.field_of_study,
        o.start_date,
        o.end_date,
        o.grade,
        o.activities,
        o.education_order,
        o.raw_payload_id,
        o.source
    from {{ ref('provider_schools') }} as o
) as e
inner join {{ ref('people') }} as p on e.linkedin_url = p.linkedin_url
