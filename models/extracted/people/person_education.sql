{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'linkedin_url'},
) }}

with changed_profiles as (
    select
        p.linkedin_url,
        p.raw_payload_id,
        p._received_at
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}
),

items as (
    select
        c.linkedin_url,
        c.raw_payload_id,
        c._received_at,
        e.position,
        i.*
    from (
        select
            p.*,
            {{ payload_of('r') }} -> 'education' as education
        from changed_profiles as p
        inner join {{ source('raw', 'person_payloads') }} as r on p.raw_payload_id = r.id
        -- a fence: the list alone is fetched, and opened outside
        {{ fence() }}
    ) as c
    left join {{ items_of('c.education', 'e') }} on true
    cross join
        lateral jsonb_to_record(e.item) as i (
            school_name text,
            degree text,
            field_of_study text,
            start_date text,
            end_date text,
            grade text,
            activities text
        )
    where {{ without_empty_sets('e.position') }}
),

converted as (
    select
        *,
        {{ function('as_date') }}(start_date) as started_on,
        {{ function('as_date') }}(end_date) as ended_on
    from items
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ item_id('extracted.person_education', 'linkedin_url', 'position::text') }} as id,
    raw_payload_id,
    linkedin_url,
    {{ function('plain_text') }}(school_name) as school_name,
    {{ function('plain_text') }}(degree) as degree,
    {{ function('plain_text') }}(field_of_study) as field_of_study,
    started_on as start_date,
    ended_on as end_date,
    {{ function('plain_text') }}(grade) as grade,
    {{ function('plain_text') }}(activities) as activities,
    position as education_order,
    _received_at as created_at,

    {{ unconverted([
        ['start_date', 'start_date', 'started_on', 'not a date'],
        ['end_date', 'end_date', 'ended_on', 'not a date'],
    ] + kept_as_text(['school_name', 'degree', 'field_of_study', 'grade', 'activities'])) }} as _issues,
    {{ written_by() }} as _xid
from converted
