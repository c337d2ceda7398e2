with target_companies as (
    select
        i.slug as icp_slug,
        i.domain as icp_domain,
        i.seniority,
        i._title_any_patterns,
        i._title_all_patterns,
        c.id,
        c.domain,
        c.name,
        c.industry,
        c.size_bucket,
        c.employee_count,
        c.country,
        c.linkedin_url,
        c.location,
        c.first_received_at
    from {{ ref('icp_criteria') }} as i
    inner join {{ ref('api_companies') }} as c
        on
            {{ meets_company_criteria() }}
),

leads as (
    select
        i.icp_slug,
        i.icp_domain,
        o.linkedin_url,
        o.title,
        o.seniority,
        o.started_on,
        i.id as company_id,
        i.domain as company_domain,
        i.name as company_name,
        i.industry as company_industry,
        i.size_bucket as company_size_bucket,
        i.employee_count as company_employee_count,
        i.country as company_country,
        i.linkedin_url as company_linkedin_url,
        i.location as company_location,
        i.first_received_at as company_known_since,
        o._title_words
    from target_companies as i
    inner join {{ ref('person_positions') }} as o on i.domain = o.company_domain
    where
        -- who left is no lead; of whom nobody says so is one
        o.is_current is not false
        and {{ meets_title_criteria('o._title_words', 'o.seniority') }}
),

-- A sub-select that is looked at for the rows of a page only, not for every lead. Who worked at
-- several customers is shown with the last one; worked_at_customer lists them all.
shown as (
    select
        l.*,
        p.id as person_id,
        p.full_name,
        (
            select array[w.customer_name, w.customer_domain]
            from {{ ref('worked_at_customer') }} as w
            where l.icp_domain = w.origin_domain and l.linkedin_url = w.linkedin_url
            order by
                w.ended_on desc nulls last,
                w.started_on desc nulls last,
                w.experience_order,
                {{ by_code_points('w.customer_name') }},
                {{ by_code_points('w.customer_domain') }}
            limit 1
        ) as last_customer,
        exists(
            select from {{ ref('company_customers') }} as c
            where l.icp_domain = c.domain and l.company_domain = c.customer_domain
        ) as company_is_customer,
        p._location as location,
        {{ function_of('l._title_words') }} as function,
        {{ lead_since('l', 'p') }} as first_seen_at,
        {{ best_email('l.linkedin_url') }} as email
    from leads as l
    inner join {{ ref('people') }} as p on l.linkedin_url = p.linkedin_url
    order by
        {{ by_code_points('l.icp_slug') }},
        {{ by_code_points('l.company_domain') }},
        {{ by_code_points('l.linkedin_url') }}
)

select
    icp_slug,
    icp_domain,

    person_id,
    linkedin_url,
    full_name,
    title,
    seniority,
    started_on,

    company_id,
    company_domain,
    company_name,
    company_industry,
    company_size_bucket,
    company_employee_count,
    company_country,

    last_customer is not null as worked_at_customer,
    last_customer[1] as worked_at_customer_name,
    last_customer[2] as worked_at_customer_domain,
    company_is_customer,

    company_linkedin_url,
    company_location,
    location,
    function,
    first_seen_at,
    email,
    case when email is not null then 'unknown' end as email_verdict
from shown
