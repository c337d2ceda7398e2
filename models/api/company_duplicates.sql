-- Two domains on one LinkedIn page may be one company; only a line in the alias seed merges them.
-- Counted first, by an index: few are left whose rows are read.
select
    s.linkedin_url,
    m.companies,
    m.domains,
    m.names,
    m.company_ids
from (
    select c.linkedin_url
    from {{ ref('companies') }} as c
    where c.linkedin_url is not null
    group by c.linkedin_url
    having count(*) > 1
) as s
cross join
    lateral (
        select
            count(*)::integer as companies,
            array_agg(c.domain order by c.created_at, {{ by_code_points('c.domain') }}) as domains,
            array_agg(c.name order by c.created_at, {{ by_code_points('c.domain') }}) as names,
            array_agg(c.id order by c.created_at, {{ by_code_points('c.domain') }}) as company_ids
        from {{ ref('companies') }} as c
        where s.linkedin_url = c.linkedin_url
    ) as m
