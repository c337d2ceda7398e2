select
    entity_key as domain,
    attribute,
    said_values,
    sources
from api.disagreements
where entity_key = 'larkspur-wholesale.example' and attribute = 'industry'
