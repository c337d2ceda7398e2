with counted as (
    {{ coverage_of(
        'company', ref('company_observations'),
        {'table': ref('companies'), 'name': 'name', 'linkedin_url': 'linkedin_url'},
    ) }}
    union all
    {{ coverage_of(
        'person', ref('person_observations'),
        {'table': ref('people'), 'full_name': 'full_name'},
    ) }}
)

select
    c.entity,
    c.attribute,
    -- the golden record is made of all sources
    coalesce(c.source, 'any') as source,
    c.known,
    c.entities,
    round(c.known::numeric / c.entities, 4)::numeric(5, 4) as share
from counted as c
