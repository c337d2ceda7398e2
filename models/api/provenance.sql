{%- set attributes = [
    ('company', 'companies', 'domain', 'name'),
    ('company', 'companies', 'domain', 'linkedin_url'),
    ('person', 'people', 'linkedin_url', 'full_name'),
] -%}

with chosen as (
    {%- for entity, model, key, attribute in attributes %}
        select
            '{{ entity }}' as entity,
            e.id as entity_id,
            e.{{ key }} as entity_key,
            '{{ attribute }}' as attribute,
            e.{{ attribute }} as value,
            e._{{ attribute }}_source as source,
            e._{{ attribute }}_raw_payload_id as raw_payload_id,
            e._{{ attribute }}_received_at as observed_since
        from {{ ref(model) }} as e
        where e.{{ attribute }} is not null

        union all
    {% endfor %}
    select
        'person' as entity,
        p.id as entity_id,
        o.linkedin_url as entity_key,
        'position' as attribute,
        concat_ws(' / ', o.title, coalesce(o.company_domain, o.company_name)) as value,
        o.source,
        o.raw_payload_id,
        o.received_at as observed_since
    from {{ ref('person_positions') }} as o
    inner join {{ ref('people') }} as p on o.linkedin_url = p.linkedin_url
)

select
    c.entity,
    c.entity_id,
    c.entity_key,
    c.attribute,
    c.value,
    c.source,
    s.raw_table,
    c.raw_payload_id,
    {{ provider_of('s.raw_table', 'c.raw_payload_id', 's.workflow_slug') }} as provider,
    c.observed_since
from chosen as c
inner join {{ ref('sources') }} as s on c.entity = s.entity and c.source = s.source
