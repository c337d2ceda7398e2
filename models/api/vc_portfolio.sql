{%- set domain = function('normal_domain') %}
{%- set named = function('clean_name') %}
-- materialized: the forms of a firm are made once, and not for each of its companies
with firms as materialized (
    select
        f.id,
        {{ named }}(f.name) as firm_name,
        {{ domain }}(f.domain) as firm_domain
    from {{ source('raw', 'vc_firms') }} as f
),

statements as (
    select
        f.firm_name,
        f.firm_domain,
        o.name as company_name,
        o.domain as company_domain,
        o.operating_status as status,
        o.source,
        o.received_at,
        o.raw_payload_id
    from {{ ref('company_observations') }} as o
    inner join {{ source('raw', 'vc_portfolio_companies') }} as r on o.raw_payload_id = r.id
    inner join firms as f on r.vc_firm_id = f.id
    where o.source = 'vc_portfolios'

    union all

    select
        {{ named }}(r.vc_name) as firm_name,
        {{ domain }}(r.vc_domain) as firm_domain,
        o.name as company_name,
        o.domain as company_domain,
        o.operating_status as status,
        o.source,
        o.received_at,
        o.raw_payload_id
    from {{ ref('company_observations') }} as o
    inner join {{ source('raw', 'vc_crunchbase_portfolios') }} as r on o.raw_payload_id = r.id
    where o.source = 'crunchbase_portfolios'
),

-- A row without a website names no company of core; what was no website, extraction_issues says.
placed as (
    select
        s.firm_name,
        case when i.domain is null then coalesce(a.canonical_domain, s.firm_domain) end
            as firm_domain,
        d.canonical_domain as company_domain,
        s.company_name,
        s.status,
        s.source,
        s.received_at,
        s.raw_payload_id
    from statements as s
    inner join {{ ref('company_domains') }} as d on s.company_domain = d.domain
    left join {{ ref('company_aliases') }} as a on s.firm_domain = a.domain
    left join {{ ref('ignored_domains') }} as i
        on coalesce(a.canonical_domain, s.firm_domain) = i.domain
),

-- a firm goes by its domain, and by its name where nobody says one
keyed as (
    select
        *,
        coalesce(firm_domain, {{ function('comparing_form') }}(firm_name)) as firm_key
    from placed
),

-- the latest statement speaks
pairs as (
    select distinct on (firm_key, company_domain)
        *,
        min(received_at) over (partition by firm_key, company_domain) as known_since
    from keyed
    where firm_key is not null
    order by firm_key, company_domain, received_at desc, raw_payload_id desc
)

select
    p.firm_name,
    p.firm_domain,
    c.id as company_id,
    p.company_domain,
    coalesce(c.name, p.company_name) as company_name,
    p.status,
    p.source,
    p.known_since,
    p.received_at,
    p.raw_payload_id
from pairs as p
inner join {{ ref('companies') }} as c on p.company_domain = c.domain
