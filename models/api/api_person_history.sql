{{ config(alias='person_history') }}

-- Either half is in the order of a page, so that a page is read from the beginnings of both.
select
    p.id as person_id,
    h.linkedin_url as entity_key,
    p.full_name,
    h.attribute,
    h.old_value,
    h.new_value,
    h.source,
    h.observed_at,
    h.raw_payload_id
from (
    -- of other attributes only that they changed is kept, not what they were
    (
        select
            v.linkedin_url,
            v.attribute,
            v.old_value,
            v.new_value,
            v.source,
            v.observed_at,
            v.raw_payload_id
        from {{ ref('person_history') }} as v
        where v.new_value is not null
        order by v.linkedin_url, v.attribute, v.observed_at
    )

    union all

    (
        select
            c.linkedin_url,
            a.attribute,
            a.old_value,
            a.new_value,
            c.source,
            c.observed_at,
            c.raw_payload_id
        from {{ ref('position_changes') }} as c
        cross join
            lateral (
                values
                ('title', c.from_title, c.to_title),
                (
                    'employer',
                    coalesce(c.from_company_domain, c.from_company_name),
                    coalesce(c.to_company_domain, c.to_company_name)
                )
            ) as a (attribute, old_value, new_value)
        where a.old_value is distinct from a.new_value
        order by c.linkedin_url, a.attribute, c.observed_at
    )
) as h
inner join {{ ref('people') }} as p on h.linkedin_url = p.linkedin_url
