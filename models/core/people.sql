{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    pre_hook="{{ keep_former_keys('person', 'people', 'linkedin_url', 'person_linkedin_url') }}",
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_people_linkedin_url': {'columns': ['linkedin_url'], 'unique': true},
            'idx_core_people_linkedin_slug': {'columns': ['linkedin_slug']},
        },
    },
) }}

with touched_people as (
    select distinct m.linkedin_url
    from {{ ref('person_mentions') }} as m
    where {{ is_new('m') }}
),

mentions as (
    select
        m.*,
        true as is_current
    from touched_people as t
    inner join {{ ref('person_mentions') }} as m on t.linkedin_url = m.linkedin_url
),

{{ gather_facts('mentions', 'linkedin_url', 'person', ['full_name']) }}

select
    {{ function('entity_id') }}('core.people', linkedin_url) as id,
    linkedin_url,
    {{ function('linkedin_slug') }}(linkedin_url) as linkedin_slug,
    full_name,
    created_at,
    coalesce(_full_name_received_at, received_at) as updated_at,

    _full_name_source,
    _full_name_raw_payload_id,
    _full_name_received_at,
    {{ written_by() }} as _xid
from gathered
