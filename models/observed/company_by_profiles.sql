-- The employers of a person. Of winning profiles they are typed in person_experience; the others
-- are read here. The latest role speaks first, then the one that is listed first.
with changed as (
    select p.linkedin_url
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}

    union

    -- roles may be extracted in another run than their profile
    select e.linkedin_url
    from {{ ref('person_experience') }} as e
    where not {{ is_rescan() }} and {{ is_new('e') }}

    union

    {{ as_if_many() }}
),

winners as (
    select
        p.linkedin_url as owner,
        p.raw_payload_id,
        p._refreshed_at as refreshed_at,
        p._received_at as received_at,
        p.latest_company_domain,
        p.latest_company,
        p.latest_company_linkedin_url
    from changed as c
    inner join {{ ref('person_profile') }} as p on c.linkedin_url = p.linkedin_url
),

others as (
    {{ stated_payloads('person_profile', but_winners=true) }}
),

employers as (
    select
        w.owner,
        w.raw_payload_id,
        w.refreshed_at,
        w.received_at,
        w.latest_company_domain as domain,
        w.latest_company as name,
        w.latest_company_linkedin_url as linkedin_url,
        -1 as place
    from winners as w
    union all
    select
        w.owner,
        w.raw_payload_id,
        w.refreshed_at,
        w.received_at,
        e.company_domain as domain,
        e.company as name,
        e.company_linkedin_url as linkedin_url,
        e.experience_order as place
    from winners as w
    inner join {{ ref('person_experience') }} as e
        on w.owner = e.linkedin_url and w.raw_payload_id = e.raw_payload_id
    union all
    select
        o.entity_key as owner,
        o.raw_payload_id,
        o.refreshed_at,
        o.received_at,
        case
            when o.entity_key is not null then {{ function('normal_domain') }}(i.company_domain)
        end as domain,
        {{ function('plain_text') }}(i.company) as name,
        {{ function('company_linkedin_url') }}(i.url) as linkedin_url,
        e.place
    from others as o
    cross join
        lateral jsonb_to_record(o.payload) as p (
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
        lateral jsonb_to_record(coalesce(e.item, '{}')) as i (
            company text, company_domain text, url text
        )
)

select distinct on (e.raw_payload_id, e.domain)
    e.domain,
    e.owner,
    e.raw_payload_id,
    e.refreshed_at,
    e.received_at,

    e.name,
    e.linkedin_url
from employers as e
order by e.raw_payload_id, e.domain, e.place
