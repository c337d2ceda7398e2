{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_provider_schools_linkedin_url': {'columns': ['linkedin_url']},
        },
    },
) }}

with {{ chosen_sets('schools', of_profile='education') }}

select
    {{ item_id('core.provider_schools', 'c.linkedin_url', 'e.position::text') }} as id,
    c.raw_payload_id,
    c.source,
    c.linkedin_url,
    i.school_name,
    i.degree,
    i.field_of_study,
    i.start_date,
    i.end_date,
    i.grade,
    i.activities,
    e.position as education_order,
    c.received_at,
    {{ written_by() }} as _xid
from chosen as c
left join {{ items_of('c.schools', 'e') }} on true
cross join lateral jsonb_to_record(e.item) as i ({{ members_with_types('schools') }})
where {{ without_empty_sets('e.position') }}
