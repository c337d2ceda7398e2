-- The role they held last; who was promoted or came back did not leave. Each of several queries is
-- in the order of a page, so that a page is read from their beginnings.
select
    c.id as company_id,
    r.company_domain,
    c.name as company_name,
    p.id as person_id,
    r.linkedin_url,
    p.full_name,
    r.title as last_title,
    r.started_on,
    r.ended_on as left_on
from (
    {%- for roles in roles_at_companies() %}
        (
            select r.*
            from (
                {{- roles }}
            ) as r
            where
                {{ was_left('r') }}
                and not exists (
                    select 1 from {{ ref('roles') }} as other
                    where
                        r.linkedin_url = other.linkedin_url
                        and r.company_domain = other.company_domain
                        and (
                            other.is_current
                            or (
                                {{ place_in_career('other') }} > {{ place_in_career('r') }}
                                and {{ was_left('other') }}
                            )
                        )
                    -- a fence: asked row by row, and so of the rows of a page only
                    {{ fence() }}
                )
            order by r.company_domain, r.linkedin_url
        )

        {{ 'union all' if not loop.last }}
    {%- endfor %}
) as r
inner join {{ ref('companies') }} as c on r.company_domain = c.domain
inner join {{ ref('people') }} as p on r.linkedin_url = p.linkedin_url
