-- Another employer, or another title with the same one. What only became known, a title written
-- otherwise, and the end of a position are no change of job.
select
    p.id as person_id,
    c.linkedin_url,
    p.full_name,

    c.from_company_domain,
    coalesce(f.name, c.from_company_name) as from_company_name,
    c.from_title,
    c.to_company_domain,
    coalesce(t.name, c.to_company_name) as to_company_name,
    c.to_title,
    c.is_same_company as is_promotion,
    c.started_on,

    c.observed_at as seen_at,
    c.source,
    c.raw_payload_id
from (
    select
        c.*,
        coalesce(
            c.from_company_domain = c.to_company_domain,
            {{ function('comparing_form') }}(c.from_company_name)
            = {{ function('comparing_form') }}(c.to_company_name),
            false
        ) as is_same_company,
        coalesce(
            {{ function('comparing_form') }}(c.from_title)
            = {{ function('comparing_form') }}(c.to_title),
            coalesce(c.from_title, c.to_title) is null
        ) as is_same_title
    from {{ ref('position_changes') }} as c
    where
        coalesce(c.from_company_domain, c.from_company_name, c.from_title) is not null
        and coalesce(c.to_company_domain, c.to_company_name) is not null
) as c
inner join {{ ref('people') }} as p on c.linkedin_url = p.linkedin_url
left join {{ ref('companies') }} as f on c.from_company_domain = f.domain
left join {{ ref('companies') }} as t on c.to_company_domain = t.domain
where not (c.is_same_company and c.is_same_title)
