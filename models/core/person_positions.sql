{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_person_positions_linkedin_url': {'columns': ['linkedin_url'], 'unique': true},
            'idx_core_person_positions_company_domain': {'columns': ['company_domain']},
        },
    },
) }}

with touched_people as (
    select p.linkedin_url
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}

    union

    select d.linkedin_url
    from {{ ref('person_discovery') }} as d
    where {{ is_new('d') }}

    union

    select m.linkedin_url
    from {{ ref('person_mentions') }} as m
    where {{ is_new('m') }}
),

positions as (
    select
        'profile' as source,
        p.linkedin_url,
        p.latest_title as title,
        p.latest_company as company_name,
        p.latest_company_domain as company_domain,
        p.latest_start_date as started_on,
        p.latest_end_date as ended_on,
        p.latest_is_current as is_current,
        p.raw_payload_id,
        p._received_at as received_at
    from touched_people as t
    inner join {{ ref('person_profile') }} as p on t.linkedin_url = p.linkedin_url

    union all

    -- what was found is where a person works now
    select
        'discovery' as source,
        d.linkedin_url,
        d.latest_title as title,
        d.latest_company as company_name,
        d.company_domain,
        d.latest_start_date as started_on,
        null as ended_on,
        true as is_current,
        d.raw_payload_id,
        d._received_at as received_at
    from touched_people as t
    inner join {{ ref('person_discovery') }} as d on t.linkedin_url = d.linkedin_url

    union all

    select
        'salesnav' as source,
        m.linkedin_url,
        {{ function('clean_text') }}(r.job_title) as title,
        {{ function('clean_text') }}(r.company) as company_name,
        {{ function('normal_domain') }}(r.company_website) as company_domain,
        {{ function('as_date') }}(r.job_started_on) as started_on,
        null as ended_on,
        true as is_current,
        m.raw_payload_id,
        m._received_at as received_at
    from touched_people as t
    inner join {{ ref('person_mentions') }} as m on t.linkedin_url = m.linkedin_url
    inner join {{ source('raw', 'salesnav_scrapes') }} as r on m.raw_payload_id = r.id
    where m.source = 'salesnav'

    union all

    -- Whoever has no position is named as well. Joining the people once more in the end would be
    -- planned for a handful of them, and take for ever when there are many.
    select
        null as source,
        t.linkedin_url,
        null as title,
        null as company_name,
        null as company_domain,
        null as started_on,
        null as ended_on,
        null as is_current,
        null as raw_payload_id,
        null as received_at
    from touched_people as t
),

-- Title and company belong together: both from the best source that names either.
best_positions as (
    select distinct on (p.linkedin_url) p.*
    from positions as p
    left join {{ ref('source_rankings') }} as r
        on r.entity = 'person' and r.attribute = 'position' and p.source = r.source
    where
        p.source is null
        or (r.rank is not null and coalesce(p.title, p.company_name, p.company_domain) is not null)
    order by p.linkedin_url, r.rank nulls last, p.received_at desc, p.raw_payload_id desc
),

-- Addresses that belong to nobody are no company's.
placed as (
    select
        p.*,
        case
            when i.domain is null then coalesce(a.canonical_domain, p.company_domain)
        end as canonical_domain,
        {{ function('title_words') }}(p.title) as title_words
    from best_positions as p
    left join {{ ref('company_aliases') }} as a on p.company_domain = a.domain
    left join {{ ref('ignored_domains') }} as i
        on coalesce(a.canonical_domain, p.company_domain) = i.domain
    -- a fence: the words are made once, for their column and for the level
    {{ fence() }}
)

select
    case
        when source is not null
            then {{ function('entity_id') }}('core.person_positions', linkedin_url)
    end as id,
    linkedin_url,
    title,
    {{ seniority_of('title_words') }} as seniority,
    company_name,
    canonical_domain as company_domain,
    started_on,
    ended_on,
    is_current,
    source,
    raw_payload_id,
    received_at,

    title_words as _title_words,
    {{ written_by() }} as _xid
from placed
-- A member id is no public profile and names nobody.
where
    {{ function('person_linkedin_kind') }}(linkedin_url) = 'public'
    and {{ without_empty_sets('source') }}
