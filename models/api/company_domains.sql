select
    c.domain,
    c.domain as canonical_domain
from {{ ref('companies') }} as c

union all

select
    a.domain,
    a.canonical_domain
from {{ ref('company_aliases') }} as a
