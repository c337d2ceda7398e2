-- What core says of a person, who said so, and when it was received.
select
    to_jsonb(e)
    - array['entity', 'entity_id', 'said_of', 'said_by']
from api.evidence as e
where e.entity = 'person' and e.entity_key = any(%(urls)s)
