{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_person_history_linkedin_url': {'columns': ['linkedin_url']},
            'idx_core_person_history_observed_at': {'columns': ['observed_at']},
        },
    },
) }}

with {{ touched_person_observations() }},

{{ changes_of('person') }},

-- Who has no change is named as well: what there was before goes.
named as (
    select
        entity_key,
        attribute,
        old_value,
        value,
        keeps_history,
        source,
        received_at,
        raw_payload_id
    from changes
    union all
    select
        linkedin_url as entity_key,
        null as attribute,
        null as old_value,
        null as value,
        null as keeps_history,
        null as source,
        null as received_at,
        null as raw_payload_id
    from touched_people
)

select
    {{ history_id('core.person_history', 'entity_key', 'attribute', 'received_at') }} as id,
    entity_key as linkedin_url,
    attribute,
    case when keeps_history then old_value end as old_value,
    case when keeps_history then value end as new_value,
    source,
    received_at as observed_at,
    raw_payload_id,
    {{ written_by() }} as _xid
from named
where {{ without_empty_sets('attribute') }}
