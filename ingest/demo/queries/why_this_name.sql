select
    value,
    is_chosen,
    source,
    provider,
    received_at,
    said_of
from api.evidence
where entity_key = 'acme-widgets.example' and attribute = 'name'
order by rank, received_at
