{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
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

known as (
    select
        linkedin_url,
        min(created_at) as created_at,
        max(_received_at) as received_at
    from mentions
    group by linkedin_url
),

full_names as ({{ best_mention('mentions', 'linkedin_url', 'person', 'full_name') }})

select
    {{ function('entity_id') }}('core.people', k.linkedin_url) as id,
    k.linkedin_url,
    {{ function('linkedin_slug') }}(k.linkedin_url) as linkedin_slug,
    n.value as full_name,
    k.created_at,
    coalesce(n._received_at, k.received_at) as updated_at,

    n.source as _full_name_source,
    n.raw_payload_id as _full_name_raw_payload_id,
    n._received_at as _full_name_received_at,
    {{ written_by() }} as _xid
from known as k
left join full_names as n on k.linkedin_url = n.linkedin_url
