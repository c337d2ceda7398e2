{%- set facts = 'm.source, m.owner as said_by, m.raw_payload_id, m._received_at as received_at' -%}
with mentions as (
    {%- for attribute in ['name', 'linkedin_url'] %}
        select
            'company' as entity,
            c.id as entity_id,
            c.domain as entity_key,
            '{{ attribute }}' as attribute,
            m.{{ attribute }} as value,
            m.domain as said_of,
            {{ facts }},
            c._{{ attribute }}_raw_payload_id = m.raw_payload_id
            and c._{{ attribute }}_source = m.source
            and c.{{ attribute }} = m.{{ attribute }} as is_chosen
        from {{ ref('companies') }} as c
        inner join {{ ref('company_domains') }} as d on c.domain = d.canonical_domain
        inner join {{ ref('company_mentions') }} as m on d.domain = m.domain
        where m.{{ attribute }} is not null

        union all
    {% endfor %}
    select
        'person' as entity,
        p.id as entity_id,
        p.linkedin_url as entity_key,
        'full_name' as attribute,
        m.full_name as value,
        m.linkedin_url as said_of,
        {{ facts }},
        p._full_name_raw_payload_id = m.raw_payload_id
        and p._full_name_source = m.source as is_chosen
    from {{ ref('people') }} as p
    inner join {{ ref('person_mentions') }} as m on p.linkedin_url = m.linkedin_url
    where m.full_name is not null
)

select
    m.entity,
    m.entity_id,
    m.entity_key,
    m.attribute,
    m.value,
    m.is_chosen,
    m.source,
    r.rank,
    s.raw_table,
    m.raw_payload_id,
    {{ provider_of('s.raw_table', 'm.raw_payload_id', 's.workflow_slug') }} as provider,
    m.received_at,
    m.said_of,
    m.said_by
from mentions as m
inner join {{ ref('sources') }} as s on m.entity = s.entity and m.source = s.source
left join {{ ref('source_rankings') }} as r
    on m.entity = r.entity and m.attribute = r.attribute and m.source = r.source
