-- What is said of a person beside the attributes: the position, and how to get there. A source
-- tells of member ids as well, who are nobody in the golden record.
with reached as (
    select
        null as source,
        count(*) as entities,
        (select count(*) from {{ ref('person_positions') }}) as positions,
        (
            select count(distinct c.linkedin_url) from {{ ref('person_contacts') }} as c
            inner join {{ ref('people') }} as m on c.linkedin_url = m.linkedin_url
            where c.email is not null
        ) as emails,
        (
            select count(distinct c.linkedin_url) from {{ ref('person_contacts') }} as c
            inner join {{ ref('people') }} as m on c.linkedin_url = m.linkedin_url
            where c.phone is not null
        ) as phones
    from {{ ref('people') }}

    union all

    select
        said.source,
        count(*) as entities,
        count(*) filter (where said.has_position) as positions,
        count(*) filter (where said.has_email) as emails,
        count(*) filter (where said.has_phone) as phones
    from (
        select
            r.source,
            bool_or(r.has_position) as has_position,
            bool_or(r.has_email) as has_email,
            bool_or(r.has_phone) as has_phone
        from (
            select
                o.source,
                o.linkedin_url,
                coalesce(o.title, o.company_name, o.company_domain) is not null as has_position,
                false as has_email,
                false as has_phone
            from {{ ref('person_observations') }} as o
            union all
            select
                c.source,
                c.linkedin_url,
                false as has_position,
                c.email is not null as has_email,
                c.phone is not null as has_phone
            from {{ ref('person_contacts') }} as c
        ) as r
        group by r.source, r.linkedin_url
    ) as said
    group by said.source
),

counted as (
    {{ coverage_of(
        'company', ref('company_observations'),
        {'table': ref('companies'), 'name': 'name', 'linkedin_url': 'linkedin_url'},
    ) }}
    union all
    {{ coverage_of(
        'person', ref('person_observations'),
        {'table': ref('people'), 'full_name': 'full_name'},
    ) }}

    union all

    select
        'person' as entity,
        a.attribute,
        s.source,
        a.known,
        s.entities
    from reached as s
    cross join
        lateral (
            values ('position', s.positions), ('email', s.emails), ('phone', s.phones)
        ) as a (attribute, known)
    where a.known > 0
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
