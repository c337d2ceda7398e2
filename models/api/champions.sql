{%- set compared = function('comparing_form') -%}
-- The customer is the one that the claim of the study was resolved to, as in api.customers.
with studies as (
    select
        d.id,
        d.case_study_url,
        d.article_title,
        d.company_customer_name as customer_name,
        {{ name_stem('d.company_customer_name') }} as customer_stem,
        k.domain as origin_domain,
        k.customer_domain
    from {{ ref('case_study_details') }} as d
    left join {{ ref('customer_claims') }} as k
        on
            k.id
            = {{ function('entity_id') }}('reference.customer_claims', 'case_study', d.id::text)
),

-- a fence: the forms that are compared are made once
named as (
    select
        h.*,
        {{ compared }}(h.full_name) as name_key,
        {{ name_stem('h.company_name') }} as company_stem
    from {{ ref('case_study_champions') }} as h
    {{ fence() }}
),

-- Who works elsewhere than at the customer is looked for where they are said to work, if exactly
-- one company bears that name.
employed as (
    select
        h.id,
        h.full_name,
        h.name_key,
        h.job_title,
        h.company_name,
        h.created_at,
        s.id as case_study_id,
        s.case_study_url,
        s.article_title,
        s.origin_domain,
        s.customer_domain,
        coalesce(c.name, s.customer_name) as customer_name,
        c.id as customer_company_id,
        case
            when
                h.company_stem is null
                or h.company_stem in (s.customer_stem, c._name_stem)
                then s.customer_domain
            else (
                select min(e.domain) from {{ ref('companies') }} as e
                where h.company_stem = e._name_stem
                having count(*) = 1
            )
        end as employer_domain
    from named as h
    inner join studies as s on h.case_study_id = s.id
    left join {{ ref('companies') }} as c on s.customer_domain = c.domain
    {{ fence() }}
),

-- Who works there now or did; of namesakes nobody can tell which one is meant.
known as (
    select
        e.id,
        min(p.linkedin_url) as linkedin_url
    from employed as e
    inner join {{ ref('people') }} as p on e.name_key = p._name_key
    cross join
        lateral (
            select w.linkedin_url
            from {{ ref('person_positions') }} as w
            where p.linkedin_url = w.linkedin_url and e.employer_domain = w.company_domain
            union
            select r.linkedin_url
            from {{ ref('roles') }} as r
            where p.linkedin_url = r.linkedin_url and e.employer_domain = r.company_domain
        ) as there
    group by e.id
    having count(*) = 1
)

select
    e.id,
    e.case_study_id,
    e.case_study_url,
    e.article_title,

    o.id as origin_company_id,
    e.origin_domain,
    o.name as origin_name,
    e.customer_company_id,
    e.customer_domain,
    e.customer_name,

    e.full_name,
    e.job_title,
    e.company_name,
    e.employer_domain,

    p.id as person_id,
    p.linkedin_url,
    p.title as title_now,
    p.company_domain as company_domain_now,
    p.company_name as company_name_now,

    e.created_at as received_at
from employed as e
left join {{ ref('companies') }} as o on e.origin_domain = o.domain
left join known as k on e.id = k.id
left join {{ ref('api_people') }} as p on k.linkedin_url = p.linkedin_url
