{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'domain',
        'former_indexes': ['idx_core_company_history_domain'],
        'named_indexes': {
            'idx_core_company_history_of_company': {'columns': ['domain', 'observed_at']},
            'idx_core_company_history_observed_at': {'columns': ['observed_at']},
        },
    },
) }}

with {{ touched_company_observations() }},

{{ changes_of('company') }}

select
    {{ history_id('core.company_history', 'entity_key', 'attribute', 'received_at') }} as id,
    entity_key as domain,
    attribute,
    old_value,
    new_value,
    source,
    received_at as observed_at,
    raw_payload_id,
    {{ written_by() }} as _xid
from history
where {{ without_empty_sets('attribute') }}
