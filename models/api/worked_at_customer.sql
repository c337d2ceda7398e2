-- Each of several queries is in the order of a page, so that a page is read from their beginnings.
select
    o.id as origin_company_id,
    w.origin_domain,
    o.name as origin_name,
    w.customer_domain,
    w.customer_name,
    p.id as person_id,
    w.linkedin_url,
    p.full_name,
    w.id as role_id,
    w.title,
    w.started_on,
    w.ended_on,
    round((w.ended_on - w.started_on) / 365.25, 1)::numeric(6, 1) as years,
    w.experience_order
from (
    {%- for roles in roles_at_companies() %}
        (
            select
                k.domain as origin_domain,
                k.customer_domain,
                k.customer_name,
                r.id,
                r.linkedin_url,
                r.title,
                r.started_on,
                r.ended_on,
                r.experience_order
            from {{ ref('company_customers') }} as k
            inner join (
                {{- roles }}
            ) as r on k.customer_domain = r.company_domain
            where not r.is_current
            order by k.domain, k.customer_domain, r.linkedin_url, r.id
        )

        union all
    {% endfor %}

    -- a role without a domain is known by the customer's very name
    {%- for roles in ['person_experience', 'provider_roles'] %}
        (
            select
                n.domain as origin_domain,
                n.customer_domain,
                n.customer_name,
                r.id,
                r.linkedin_url,
                r.title,
                r.start_date as started_on,
                r.end_date as ended_on,
                r.experience_order
            from {{ ref('customer_claims') }} as n
            inner join {{ ref(roles) }} as r on n.customer_name = r.company
            where
                n._speaks_for_name
                and r.company_domain is null
                and not {{ is_current_role('r') }}
            order by n.domain, n.customer_domain, r.linkedin_url, r.id
        )

        {{ 'union all' if not loop.last }}
    {%- endfor %}
) as w
inner join {{ ref('people') }} as p on w.linkedin_url = p.linkedin_url
left join {{ ref('companies') }} as o on w.origin_domain = o.domain
