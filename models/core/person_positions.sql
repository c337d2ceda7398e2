{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'former_indexes': ['idx_core_person_positions_company_domain'],
        'named_indexes': {
            'idx_core_person_positions_linkedin_url': {'columns': ['linkedin_url'], 'unique': true},
            'idx_core_person_positions_company_person': {
                'columns': ['company_domain', 'linkedin_url']
            },
        },
    },
) }}

with {{ touched_person_observations() }},

{{ position_statements() }},

candidates as (
    select distinct on (s.entity_key, s.source) s.*
    from statements as s
    order by s.entity_key, s.source, {{ best_first('s.rank', 's') }}
),

rivals as (
    select
        *,
        {{ is_overtaken(['entity_key']) }} as is_overtaken
    from candidates
),

-- Title and company belong together: both from one observation.
best_positions as (
    select distinct on (c.entity_key) c.*
    from rivals as c
    where not c.is_overtaken
    order by c.entity_key, {{ best_first('c.rank', 'c') }}
),

placed as (
    select
        b.*,
        {{ function('title_words') }}(b.title) as title_words
    from best_positions as b
    -- a fence: the words are made once, for their column and for the level
    {{ fence() }}
),

-- Many people have one title: its terms are looked for once.
titles as (
    select
        words.title_words,
        {{ seniority_of('words.title_words') }} as seniority,
        {{ function_of('words.title_words') }} as job_function
    from (select distinct title_words from placed) as words
    {{ fence() }}
),

-- Whoever has no position is named as well: one that there was before goes.
named as (
    select
        entity_key,
        title,
        company_name,
        company_domain,
        company_linkedin_url,
        started_on,
        ended_on,
        is_current,
        source,
        raw_payload_id,
        received_at,
        title_words
    from placed
    union all
    select
        entity_key,
        null as title,
        null as company_name,
        null as company_domain,
        null as company_linkedin_url,
        null as started_on,
        null as ended_on,
        null as is_current,
        null as source,
        null as raw_payload_id,
        null as received_at,
        null as title_words
    from touched
)

select
    case
        when n.source is not null
            then {{ function('entity_id') }}('core.person_positions', n.entity_key)
    end as id,
    n.entity_key as linkedin_url,
    n.title,
    t.seniority,
    n.company_name,
    n.company_domain,
    n.company_linkedin_url,
    n.started_on,
    n.ended_on,
    n.is_current,
    n.source,
    n.raw_payload_id,
    n.received_at,

    n.title_words as _title_words,
    t.job_function as _function,
    {{ written_by() }} as _xid
from named as n
left join titles as t on n.title_words = t.title_words
where {{ without_empty_sets('n.source') }}
-- the join does not keep the order, by which people who are read in turn lie together
order by n.entity_key
