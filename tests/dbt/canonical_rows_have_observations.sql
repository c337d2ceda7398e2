{{ config(tags=['audit']) }}

-- Core holds exactly what is observed: nothing invented, nothing dropped.
select coalesce(c.domain, o.domain) as entity
from {{ ref('companies') }} as c
full join (
    select distinct coalesce(a.canonical_domain, o.domain) as domain
    from {{ ref('company_observations') }} as o
    left join {{ ref('company_aliases') }} as a on o.domain = a.domain
    where not exists (
        select from {{ ref('ignored_domains') }} as i
        where coalesce(a.canonical_domain, o.domain) = i.domain
    )
) as o on c.domain = o.domain
where c.domain is null or o.domain is null
union all
select coalesce(p.linkedin_url, o.linkedin_url) as entity
from {{ ref('people') }} as p
full join (
    select distinct linkedin_url
    from {{ ref('person_observations') }}
    where linkedin_kind = 'public'
) as o
    on p.linkedin_url = o.linkedin_url
where p.linkedin_url is null or o.linkedin_url is null
