{%- set compared = function('comparing_form') %}
-- A name that another statement about the same company gives a domain for needs no review.
with unresolved as (
    select
        c.*,
        {{ compared }}(c.customer_name) as name_key
    from {{ ref('customer_claims') }} as c
    where
        c.customer_domain is null
        and c.unresolved_reason <> 'names itself'
        and not exists (
            select 1 from {{ ref('customer_claims') }} as known
            where
                c.domain = known.domain
                and {{ compared }}(c.customer_name) = {{ compared }}(known.customer_name)
                and known.customer_domain is not null
        )
),

-- the latest statement speaks; which companies bear the name is the same for all of them
latest as (
    select distinct on (u.domain, u.name_key)
        u.domain,
        u.name_key,
        u.customer_name,
        u.unresolved_reason,
        u.candidates
    from unresolved as u
    order by u.domain, u.name_key, u.received_at desc, u.id
),

statements as (
    select
        u.domain,
        u.name_key,
        array_agg(u.source order by {{ by_code_points('u.source') }}) as sources,
        min(u.known_since) as known_since
    from (
        select
            domain,
            name_key,
            source,
            min(received_at) as known_since
        from unresolved
        group by domain, name_key, source
    ) as u
    group by u.domain, u.name_key
)

select
    o.id as origin_company_id,
    l.domain as origin_domain,
    o.name as origin_name,
    l.customer_name,
    l.unresolved_reason as reason,
    l.candidates,
    s.sources,
    s.known_since
from latest as l
inner join statements as s
    on l.domain = s.domain and l.name_key is not distinct from s.name_key
left join {{ ref('companies') }} as o on l.domain = o.domain
