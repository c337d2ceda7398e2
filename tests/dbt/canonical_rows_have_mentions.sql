{{ config(tags=['audit']) }}

-- Core holds exactly what is mentioned: nothing invented, nothing dropped.
select coalesce(c.domain, m.domain) as entity
from {{ ref('companies') }} as c
full join (
    select distinct coalesce(a.canonical_domain, m.domain) as domain
    from {{ ref('company_mentions') }} as m
    left join {{ ref('company_aliases') }} as a on m.domain = a.domain
    where not exists (
        select from {{ ref('ignored_domains') }} as i
        where coalesce(a.canonical_domain, m.domain) = i.domain
    )
) as m on c.domain = m.domain
where c.domain is null or m.domain is null
union all
select coalesce(p.linkedin_url, m.linkedin_url) as entity
from {{ ref('people') }} as p
full join (select distinct linkedin_url from {{ ref('person_mentions') }}) as m
    on p.linkedin_url = m.linkedin_url
where p.linkedin_url is null or m.linkedin_url is null
