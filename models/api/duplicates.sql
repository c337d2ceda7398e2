-- Whoever has a name below an ending that is not their own shares nothing with their neighbours
-- there. What has two labels is its owner's whole domain.
with subdomains as (
    select
        c.domain,
        string_to_array(c.domain, '.') as labels
    from {{ ref('companies') }} as c
    where c.domain like '%.%.%'
),

-- the longest ending decides; without one the last label ends the domain
owners as (
    select
        s.domain,
        case
            when e.first_label is null
                then array_to_string(s.labels[cardinality(s.labels) - 1:], '.')
            when e.first_label > e.labels_of_owner
                then array_to_string(s.labels[e.first_label - e.labels_of_owner:], '.')
        end as owner
    from subdomains as s
    left join lateral (
        select
            n.first_label,
            p.labels_of_owner
        from generate_series(1, cardinality(s.labels)) as n (first_label)
        inner join {{ ref('public_suffixes') }} as p
            on array_to_string(s.labels[n.first_label:], '.') = p.suffix
        order by n.first_label - p.labels_of_owner
        limit 1
    ) as e on true
),

same_owner as (
    select
        o.owner,
        o.domain
    from owners as o
    where o.owner is not null
    union
    select
        o.owner,
        o.owner as domain
    from owners as o
),

-- an unknown country is not the same as another one
same_name as (
    select
        c._name_stem as name_stem,
        k.country,
        array_agg(c.domain) as domains
    from {{ ref('companies') }} as c
    inner join {{ ref('api_companies') }} as k on c.domain = k.domain
    where k.country is not null
    group by c._name_stem, k.country
    having count(*) > 1
),

-- Counted first, because few are left whose rows have to be sorted; and materialized, because for a
-- page the planner would look each person up, in the hope of finding one soon.
same_employer as materialized (
    select
        o.company_domain,
        p._name_key as name_key
    from {{ ref('person_positions') }} as o
    inner join {{ ref('people') }} as p on o.linkedin_url = p.linkedin_url
    where o.company_domain is not null and p._name_key is not null
    group by o.company_domain, p._name_key
    having count(*) > 1
),

-- companies that one of these reasons brings together
alike as (
    select
        'same registrable domain' as reason,
        s.owner as shared,
        s.domain
    from same_owner as s

    union all

    select
        'same name and country' as reason,
        s.name_stem || ', ' || s.country as shared,
        d.domain
    from same_name as s
    cross join lateral unnest(s.domains) as d (domain)
    where {{ enough_letters('s.name_stem') }}
)

select
    'company' as entity,
    'same LinkedIn page' as reason,
    d.linkedin_url as shared,
    d.companies as duplicates,
    d.domains as keys,
    d.names,
    d.company_ids as ids
from {{ ref('company_duplicates') }} as d

union all

select
    'company' as entity,
    a.reason,
    a.shared,
    count(*)::integer as duplicates,
    array_agg(c.domain order by c.created_at, {{ by_code_points('c.domain') }}) as keys,
    array_agg(c.name order by c.created_at, {{ by_code_points('c.domain') }}) as names,
    array_agg(c.id order by c.created_at, {{ by_code_points('c.domain') }}) as ids
from alike as a
inner join {{ ref('companies') }} as c on a.domain = c.domain
group by a.reason, a.shared
having count(*) > 1

union all

select
    'person' as entity,
    'same name and employer' as reason,
    s.name_key || ', ' || s.company_domain as shared,
    m.duplicates,
    m.keys,
    m.names,
    m.ids
from same_employer as s
cross join
    lateral (
        select
            count(*)::integer as duplicates,
            array_agg(p.linkedin_url order by p.created_at, {{ by_code_points('p.linkedin_url') }})
                as keys,
            array_agg(p.full_name order by p.created_at, {{ by_code_points('p.linkedin_url') }})
                as names,
            array_agg(p.id order by p.created_at, {{ by_code_points('p.linkedin_url') }}) as ids
        from {{ ref('person_positions') }} as o
        inner join {{ ref('people') }} as p on o.linkedin_url = p.linkedin_url
        where s.company_domain = o.company_domain and s.name_key = p._name_key
    ) as m
