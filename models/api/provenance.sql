select
    entity,
    entity_id,
    entity_key,
    attribute,
    value,
    source,
    raw_table,
    raw_payload_id,
    provider,
    observed_since,
    confirmed_at
from {{ ref('evidence') }}
where is_chosen
