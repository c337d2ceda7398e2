{%- set said_in_two_ways = [] -%}
{%- set said_of_people = observed_entities().person.attributes.keys() | list -%}
{%- for column in said_of_people + ['title', 'company_name'] -%}
    {%- do said_in_two_ways.append('min(m.%s) <> max(m.%s)' % (column, column)) -%}
{%- endfor -%}
{#- one may say the employer's domain and the other the name alone -#}
{%- set employer = 'coalesce(m.company_domain, m.company_name)' -%}
{%- do said_in_two_ways.append('min(%s) <> max(%s)' % (employer, employer)) -%}
{%- set company_observations -%}
    select m.*
    from {{ ref('company_domains') }} as d
    inner join {{ ref('company_observations') }} as m on d.domain = m.domain
    where d.canonical_domain = c.domain
{%- endset -%}
{%- set person_observations -%}
    select m.* from {{ ref('person_observations') }} as m where m.linkedin_url = p.linkedin_url
{%- endset -%}

-- Either half is in the order of a page, so that a page is read from the beginnings of both.
(
    select
        'company' as entity,
        c.id as entity_id,
        c.domain as entity_key,
        s.*
    from {{ ref('companies') }} as c
    cross join
        lateral (
            {{ differing([said_now('company', company_observations)]) }}
        ) as s
    order by c.domain, s.attribute
)

union all

(
    select
        'person' as entity,
        p.id as entity_id,
        p.linkedin_url as entity_key,
        s.*
    from (
        -- of most people nothing is said in two ways: they are passed over in one reading
        select m.linkedin_url
        from {{ ref('person_observations') }} as m
        group by m.linkedin_url
        having
            min(m.source) <> max(m.source)
            and ({{ said_in_two_ways | join(' or ') }})
    ) as several
    inner join {{ ref('people') }} as p on several.linkedin_url = p.linkedin_url
    cross join
        lateral (
            {{ differing([said_now('person', person_observations), positions_now('p')]) }}
        ) as s
    order by p.linkedin_url, s.attribute
)
