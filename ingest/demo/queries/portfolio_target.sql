-- A company of which nobody but a portfolio file says anything.
select
    t.company_domain as domain,
    p.firm_name,
    t.company_industry as industry,
    t.company_size_bucket as size,
    t.company_country as country,
    t.icp_domain
from api.target_accounts as t
inner join api.vc_portfolio as p on t.company_domain = p.company_domain
where
    t.company_domain = 'tidewater-routing.example'
    and t.icp_domain = 'northwind-tools.example'
    and not exists (
        select from core.company_observations as o
        where o.domain = t.company_domain and o.source <> p.source
    )
order by p.known_since, p.raw_payload_id
