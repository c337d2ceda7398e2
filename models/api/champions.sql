-- Worked out for each champion alone, so that a page is read along their index. The customer is the
-- one that the claim of the study was resolved to, as in api.customers.
select
    h.id,
    d.id as case_study_id,
    d.case_study_url,
    d.article_title,

    o.id as origin_company_id,
    k.domain as origin_domain,
    o.name as origin_name,
    c.id as customer_company_id,
    k.customer_domain,
    coalesce(c.name, d.company_customer_name) as customer_name,

    h.full_name,
    h.job_title,
    h.company_name,
    e.employer_domain,

    p.id as person_id,
    p.linkedin_url,
    p.title as title_now,
    p.company_domain as company_domain_now,
    p.company_name as company_name_now,

    h.created_at as received_at
from {{ ref('case_study_champions') }} as h
inner join {{ ref('case_study_details') }} as d on h.case_study_id = d.id
left join {{ ref('customer_claims') }} as k
    on k.id = {{ function('entity_id') }}('reference.customer_claims', 'case_study', d.id::text)
left join {{ ref('companies') }} as o on k.domain = o.domain
left join {{ ref('companies') }} as c on k.customer_domain = c.domain
-- Who works elsewhere than at the customer is looked for where they are said to work, if exactly
-- one company bears that name.
cross join
    lateral (
        select
            case
                when
                    h._company_stem is null
                    or h._company_stem in (h._customer_stem, c._name_stem)
                    then k.customer_domain
                else (
                    select min(b.domain) from {{ ref('companies') }} as b
                    where h._company_stem = b._name_stem
                    having count(*) = 1
                )
            end as employer_domain
        from (values (true)) as once
        -- a fence: who is looked for is found once
        {{ fence() }}
    ) as e
-- Who works there now or did; of namesakes nobody can tell which one is meant. Fences: each is
-- looked up, instead of all who work there read.
left join lateral (
    select min(m.linkedin_url) as linkedin_url
    from {{ ref('people') }} as m
    where
        h._name_key = m._name_key
        and (
            exists (
                select 1 from {{ ref('person_positions') }} as w
                where m.linkedin_url = w.linkedin_url and e.employer_domain = w.company_domain
                {{ fence() }}
            )
            or exists (
                select 1 from {{ ref('roles') }} as r
                where m.linkedin_url = r.linkedin_url and e.employer_domain = r.company_domain
                {{ fence() }}
            )
        )
    having count(*) = 1
) as known on true
left join {{ ref('api_people') }} as p on known.linkedin_url = p.linkedin_url
