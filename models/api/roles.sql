-- Of a person either the profile's or, where it states none, those of one provider.
select
    e.id,
    p.id as person_id,
    e.linkedin_url,
    p.full_name,
    d.canonical_domain as company_domain,
    e.company_domain as company_domain_as_stated,
    e.company as company_name,
    e.title,
    e.start_date as started_on,
    e.end_date as ended_on,
    {{ is_current_role('e') }} as is_current,
    e.experience_order,
    e.raw_payload_id,
    e.source
from (
    select
        x.id,
        x.linkedin_url,
        x.company_domain,
        x.company,
        x.title,
        x.start_date,
        x.end_date,
        x.is_current,
        x.experience_order,
        x.raw_payload_id,
        'profile' as source
    from {{ ref('person_experience') }} as x
    union all
    select
        o.id,
        o.linkedin_url,
        o.company_domain,
        o.company,
        o.title,
        o.start_date,
        o.end_date,
        o.is_current,
        o.experience_order,
        o.raw_payload_id,
        o.source
    from {{ ref('provider_roles') }} as o
) as e
inner join {{ ref('people') }} as p on e.linkedin_url = p.linkedin_url
left join {{ ref('company_domains') }} as d on e.company_domain = d.domain
