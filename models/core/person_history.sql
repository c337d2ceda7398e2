{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'former_indexes': ['idx_core_person_history_linkedin_url'],
        'named_indexes': {
            'idx_core_person_history_of_person': {'columns': ['linkedin_url', 'observed_at']},
            'idx_core_person_history_observed_at': {'columns': ['observed_at']},
        },
    },
) }}

with {{ touched_person_observations() }},

{{ changes_of('person') }}

select
    {{ history_id('core.person_history', 'entity_key', 'attribute', 'received_at') }} as id,
    entity_key as linkedin_url,
    attribute,
    old_value,
    new_value,
    source,
    received_at as observed_at,
    raw_payload_id,
    {{ written_by() }} as _xid
from history
where {{ without_empty_sets('attribute') }}
