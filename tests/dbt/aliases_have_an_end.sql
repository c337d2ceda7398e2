-- An alias chain that returns to itself leads nowhere.
select s.alias_domain
from {{ ref('company_domain_aliases') }} as s
left join {{ ref('company_aliases') }} as a
    on {{ function('normal_domain') }}(s.alias_domain) = a.domain
where a.domain is null
