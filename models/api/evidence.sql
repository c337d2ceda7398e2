{%- set of_company -%}
    select m.*
    from {{ ref('company_domains') }} as d
    inner join {{ ref('company_observations') }} as m on d.domain = m.domain
    where d.canonical_domain = c.domain
{%- endset -%}
{%- set of_person -%}
    select m.* from {{ ref('person_observations') }} as m where m.linkedin_url = p.linkedin_url
{%- endset -%}
-- Without a CTE, because a view that has one is worked out as a whole where another reads it: the
-- provider of each of its rows for a page of 50.
select
    e.entity,
    e.entity_id,
    e.entity_key,
    e.attribute,
    e.value,
    e.is_chosen,
    e.source,
    e.rank,
    s.raw_table,
    e.raw_payload_id,
    {{ provider_of('s.raw_table', 'e.raw_payload_id', 's.workflow_slug') }} as provider,
    e.received_at,
    e.said_of,
    e.said_by,
    e.refreshed_at,
    e.observed_since,
    e.confirmed_at,
    e.reason
from (
    select
        'company' as entity,
        c.id as entity_id,
        c.domain as entity_key,
        b.*
    from {{ ref('companies') }} as c
    cross join
        lateral (
            {{ statements_about('company', of_company, 'o.owner') }}
        ) as b
    union all
    select
        'person' as entity,
        p.id as entity_id,
        p.linkedin_url as entity_key,
        b.*
    from {{ ref('people') }} as p
    cross join
        lateral (
            {{ statements_about('person', of_person, 'o.linkedin_url') }}
        ) as b
    union all
    -- Of a position several values decide, so it is looked up which one was chosen.
    select
        'person' as entity,
        p.id as entity_id,
        p.linkedin_url as entity_key,
        b.*
    from {{ ref('people') }} as p
    inner join {{ ref('person_positions') }} as c on p.linkedin_url = c.linkedin_url
    cross join
        lateral (
            {{ positions_of('p', 'c') }}
        ) as b
) as e
inner join {{ ref('sources') }} as s on e.entity = s.entity and e.source = s.source
