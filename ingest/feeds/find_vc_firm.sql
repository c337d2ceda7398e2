select
    (array_agg(id order by coalesce(created_at, _received_at), id))[1] as id,
    min(domain collate "C") as domain
from raw.vc_firms
where
    {name_key} = {given_name}
    or {domain_key} = {given_domain}
group by {domain_key}
order by min(domain collate "C")
