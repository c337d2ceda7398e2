{{ config(
    incremental_strategy='keep_best',
    unique_key=['source', 'owner', 'domain'],
    meta={
        'named_indexes': {'idx_core_company_mentions_domain': {'columns': ['domain']}},
        'stays': (
            "t.source = 'manual_customers' and exists ("
            ~ "select from raw.manual_company_customers as r where t.raw_payload_id = r.id)"
        ),
    },
) }}

{%- set domain = function('normal_domain') %}
{%- set company_url = function('company_linkedin_url') %}
{%- set text = function('clean_text') %}

-- Entities whose winning payload names companies. Superseded payloads follow below: what was
-- ever received counts for the first receipt, and keeps a company that nothing else names.
with firmographics as (
    {{ own_mentions('firmographics', 'company_firmographics', 'name', 'linkedin_url') }}
),

discovery as (
    {{ own_mentions('discovery', 'company_discovery', 'name', 'linkedin_url') }}
),

claygent_origins as (
    {{ own_mentions(
        'claygent_origins', 'claygent_origins', 'origin_company_name', 'origin_company_linkedin_url'
    ) }}
),

changed_profiles as (
    select
        p.linkedin_url as owner,
        p.raw_payload_id,
        p._refreshed_at,
        p._received_at,
        p.latest_company_domain,
        p.latest_company,
        p.latest_company_linkedin_url
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}
),

-- A person may name one employer several times; the role listed first speaks.
profiles as (
    select
        'profiles' as source,
        c.owner,
        e.company_domain as domain,
        e.company as name,
        e.company_linkedin_url as linkedin_url,
        c.raw_payload_id,
        c._received_at as created_at,
        c._refreshed_at,
        c._received_at,
        e.experience_order as place
    from changed_profiles as c
    inner join {{ ref('person_experience') }} as e
        on c.owner = e.linkedin_url and c.raw_payload_id = e.raw_payload_id
    union all
    select
        'profiles' as source,
        owner,
        latest_company_domain as domain,
        latest_company as name,
        latest_company_linkedin_url as linkedin_url,
        raw_payload_id,
        _received_at as created_at,
        _refreshed_at,
        _received_at,
        -1 as place
    from changed_profiles
),

superseded_profiles as (
    select
        'profiles' as source,
        s.owner,
        {{ domain }}(i.company_domain) as domain,
        {{ function('plain_text') }}(i.company) as name,
        {{ company_url }}(i.url) as linkedin_url,
        s.raw_payload_id,
        s._received_at as created_at,
        s._refreshed_at,
        s._received_at,
        e.place
    from (
        {{ superseded_payloads('person_profile') }}
    ) as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            latest_experience jsonb, experience jsonb
        )
    cross join
        lateral (
            select
                -1 as place,
                {{ latest_experience('p') }} as item
            union all
            select
                x.position as place,
                x.item
            from {{ items_of('p.experience', 'x') }}
        ) as e
    cross join
        lateral jsonb_to_record(e.item) as i (
            company text, company_domain text, url text
        )
    {{ fence() }}
),

people_discovery as (
    select
        'people_discovery' as source,
        d.linkedin_url as owner,
        d.company_domain as domain,
        d.latest_company as name,
        null as linkedin_url,
        d.raw_payload_id,
        d._received_at as created_at,
        d._refreshed_at,
        d._received_at,
        0 as place
    from {{ ref('person_discovery') }} as d
    where {{ is_new('d') }}
),

superseded_people_discovery as (
    select
        'people_discovery' as source,
        s.owner,
        {{ domain }}(p.domain) as domain,
        {{ function('plain_text') }}(p.latest_experience_company) as name,
        null as linkedin_url,
        s.raw_payload_id,
        s._received_at as created_at,
        s._refreshed_at,
        s._received_at,
        0 as place
    from (
        {{ superseded_payloads('person_discovery') }}
    ) as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            domain text, latest_experience_company text
        )
    {{ fence() }}
),

-- Both sides of a case study. The publisher speaks first if it is its own customer.
case_studies as (
    select
        'case_studies' as source,
        d.case_study_url as owner,
        side.domain,
        side.name,
        null as linkedin_url,
        d.raw_payload_id,
        d._received_at as created_at,
        d._refreshed_at,
        d._received_at,
        side.place
    from {{ ref('case_study_details') }} as d
    cross join
        lateral (
            values
            (1, d.origin_company_domain, d.origin_company_name),
            (2, d.company_customer_domain, d.company_customer_name)
        ) as side (place, domain, name)
    where {{ is_new('d') }}
),

superseded_case_studies as (
    select
        'case_studies' as source,
        s.owner,
        side.domain,
        {{ text }}(side.name) as name,
        null as linkedin_url,
        s.raw_payload_id,
        s._received_at as created_at,
        s._refreshed_at,
        s._received_at,
        side.place
    from (
        {{ superseded_payloads(
            'case_study_details',
            columns=['origin_company_domain', 'origin_company_name', 'company_customer_name'],
        ) }}
    ) as s
    cross join lateral jsonb_to_record(s.payload) as p (customer_company_domain text)
    cross join
        lateral (
            values
            (1, {{ domain }}(s.origin_company_domain), s.origin_company_name),
            (2, {{ domain }}(p.customer_company_domain), s.company_customer_name)
        ) as side (place, domain, name)
    {{ fence() }}
),

-- Raw tables whose rows do not supersede each other: each row speaks for itself. Entries by hand
-- are corrected in place; the domain they named before stays mentioned (meta.stays), because only
-- this table remembers it.
raw_rows as (
    {{ raw_row_mentions(
        'manual_customers', 'manual_company_customers', [
            ['origin_company_domain', 'origin_company_name', 'origin_company_linkedin_url'],
            ['company_customer_domain', 'company_customer_name', 'company_customer_linkedin_url'],
        ]
    ) }}
    union all
    {{ raw_row_mentions('vc_portfolios', 'vc_portfolio_companies', [
        ['website_domain', 'company_name', 'linkedin_url'],
    ]) }}
    union all
    {{ raw_row_mentions('crunchbase_portfolios', 'vc_crunchbase_portfolios', [
        ['website', 'name', 'linkedin_url'],
    ]) }}
    union all
    {{ raw_row_mentions(
        'icp_owners', 'icp_payloads', [['domain', none, none]],
        where=is_read_by('company_icp_criteria')
        ~ ' and ' ~ states_something(payload_kinds()['company_icp_criteria'], payload_of('r'))
    ) }}
    union all
    {{ raw_row_mentions('salesnav', 'salesnav_scrapes', [
        ['company_website', 'company', 'linkedin_url_company'],
    ]) }}
    union all
    {{ raw_row_mentions(
        'other_payloads', 'company_payloads', [['company_domain', none, none]],
        where='not ' ~ is_read_by('company_firmographics')
    ) }}
),

mentions as (
    select * from firmographics
    union all
    select * from discovery
    union all
    select * from claygent_origins
    union all
    select * from profiles
    union all
    select * from superseded_profiles
    union all
    select * from people_discovery
    union all
    select * from superseded_people_discovery
    union all
    select * from case_studies
    union all
    select * from superseded_case_studies
    union all
    select * from raw_rows
)

-- One owner may name the same company several times in one batch: in a winning and a superseded
-- payload, and in several places of one.
select distinct on (source, owner, domain)
    {{ function('entity_id') }}('core.company_mentions', source || '/' || domain, owner) as id,
    source,
    owner,
    domain,
    -- what an index cannot hold is no name
    case when octet_length(name) <= 1000 then name end as name,
    linkedin_url,
    raw_payload_id,
    min(created_at) over (partition by source, owner, domain) as created_at,

    _refreshed_at,
    _received_at,
    {{ written_by() }} as _xid
from mentions
where domain is not null
order by
    source,
    owner,
    domain,
    _refreshed_at desc nulls last,
    _received_at desc,
    raw_payload_id desc,
    place
