-- The domain that was given, or those of companies called so.
select reference.normal_domain(%(employer)s) as domain
where reference.normal_domain(%(employer)s) is not null
union
select c.domain
from core.companies as c
where
    reference.normal_domain(%(employer)s) is null
    and reference.company_name_stem(c.name) = reference.company_name_stem(%(employer)s)
order by 1
