select
    a.domain,
    a.name,
    p.source as name_source,
    a.industry,
    a.size_bucket as size
from api.companies as a
left join api.provenance as p
    on p.entity = 'company' and a.domain = p.entity_key and p.attribute = 'name'
order by
    row_number() over (partition by p.source order by a.domain collate "C"), -- noqa: RF02
    a.domain collate "C" -- noqa: RF02
limit %(shown)s
