{%- set domain = function('normal_domain') %}
{%- set named = function('clean_name') %}
-- By company, so that a page is read along the companies' index.
select
    p.firm_name,
    p.firm_domain,
    c.id as company_id,
    c.domain as company_domain,
    coalesce(c.name, p.company_name) as company_name,
    p.status,
    p.source,
    p.known_since,
    p.received_at,
    p.raw_payload_id
from {{ ref('companies') }} as c
cross join
    lateral (
        -- the latest statement speaks
        select distinct on (k.firm_key)
            k.*,
            min(k.received_at) over (partition by k.firm_key) as known_since
        from (
            -- a firm goes by its domain, and by its name where nobody says one
            select
                f.*,
                coalesce(f.firm_domain, {{ function('comparing_form') }}(f.firm_name)) as firm_key
            from (
                select
                    s.firm_name,
                    case
                        -- not by a join, for which all of them would be read at each company
                        when
                            coalesce(a.canonical_domain, s.firm_domain)
                            not in (select i.domain from {{ ref('ignored_domains') }} as i)
                            then coalesce(a.canonical_domain, s.firm_domain)
                    end as firm_domain,
                    s.company_name,
                    s.status,
                    s.source,
                    s.received_at,
                    s.raw_payload_id
                from (
                    select
                        {{ named }}(v.name) as firm_name,
                        {{ domain }}(v.domain) as firm_domain,
                        o.name as company_name,
                        o.operating_status as status,
                        o.source,
                        o.received_at,
                        o.raw_payload_id
                    from {{ ref('company_domains') }} as d
                    inner join {{ ref('company_observations') }} as o
                        on d.domain = o.domain and o.source = 'vc_portfolios'
                    inner join {{ source('raw', 'vc_portfolio_companies') }} as r
                        on o.raw_payload_id = r.id
                    inner join {{ source('raw', 'vc_firms') }} as v on r.vc_firm_id = v.id
                    where c.domain = d.canonical_domain

                    union all

                    select
                        {{ named }}(r.vc_name) as firm_name,
                        {{ domain }}(r.vc_domain) as firm_domain,
                        o.name as company_name,
                        o.operating_status as status,
                        o.source,
                        o.received_at,
                        o.raw_payload_id
                    from {{ ref('company_domains') }} as d
                    inner join {{ ref('company_observations') }} as o
                        on d.domain = o.domain and o.source = 'crunchbase_portfolios'
                    inner join {{ source('raw', 'vc_crunchbase_portfolios') }} as r
                        on o.raw_payload_id = r.id
                    where c.domain = d.canonical_domain
                ) as s
                left join {{ ref('company_aliases') }} as a on s.firm_domain = a.domain
                -- a fence: the forms of a firm are made once
                {{ fence() }}
            ) as f
        ) as k
        where k.firm_key is not null
        order by k.firm_key, k.received_at desc, k.raw_payload_id desc
    ) as p
