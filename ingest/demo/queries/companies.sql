select
    a.domain,
    a.name,
    c._name_source as name_source,
    a.industry,
    a.size_bucket as size
from api.companies as a
inner join core.companies as c on a.id = c.id
order by
    row_number() over (partition by c._name_source order by c.domain collate "C"), -- noqa: RF02
    c.domain collate "C" -- noqa: RF02
limit %(shown)s
