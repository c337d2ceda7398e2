{{ config(tags=['audit']) }}

-- Link shorteners, free mail and the like belong to nobody.
select c.domain
from {{ ref('companies') }} as c
inner join {{ ref('ignored_domains') }} as i on c.domain = i.domain
