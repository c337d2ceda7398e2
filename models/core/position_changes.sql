{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'former_indexes': ['idx_core_position_changes_linkedin_url'],
        'named_indexes': {
            'idx_core_position_changes_of_person': {'columns': ['linkedin_url', 'observed_at']},
            'idx_core_position_changes_observed_at': {'columns': ['observed_at']},
        },
    },
) }}

with {{ touched_person_observations() }},

{{ received_repeatedly() }},

{{ position_statements('dated', columns=['first_received_at', 'place']) }},

-- Of each source the statements that were its best so far, when they came.
running as (
    select
        *,
        -- rows of one receipt come together
        max(place) over (partition by entity_key, source order by received_at) as best_place
    from statements
),

spells as (
    select
        *,
        lead(received_at, 1, 'infinity') over (
            partition by entity_key, source order by received_at
        ) as until
    from running
    -- the same as being equal, of which the planner would expect one in two hundred
    where place >= best_place
),

moments as (
    select distinct
        s.entity_key,
        s.received_at as moment
    from spells as s
),

-- At each receipt the candidate of each source.
candidates as (
    select
        m.moment,
        s.*
    from moments as m
    inner join spells as s
        on m.entity_key = s.entity_key and m.moment >= s.received_at and m.moment < s.until
),

rivals as (
    select
        *,
        {{ is_overtaken(['entity_key', 'moment']) }} as is_overtaken
    from candidates
),

held as (
    select distinct on (c.entity_key, c.moment) c.*
    from rivals as c
    where not c.is_overtaken
    order by c.entity_key, c.moment, {{ best_first('c.rank', 'c') }}
),

compared as (
    select
        h.*,
        lag(h.id) over before as from_id,
        lag(h.title) over before as from_title,
        lag(h.company_name) over before as from_company_name,
        lag(h.company_domain) over before as from_company_domain,
        lag(h.is_current) over before as from_is_current
    from held as h
    window before as (partition by h.entity_key order by h.moment)
),

changes as (
    select *
    from compared
    where
        -- what a person was first known with is no change
        (from_id is not null or moment > first_received_at)
        and (title, company_name, company_domain, is_current)
        is distinct from (from_title, from_company_name, from_company_domain, from_is_current)
),

-- Who has no change is named as well: what there was before goes.
named as (
    select
        entity_key,
        moment,
        from_title,
        from_company_name,
        from_company_domain,
        from_is_current,
        title,
        company_name,
        company_domain,
        is_current,
        started_on,
        source,
        raw_payload_id
    from changes
    union all
    select
        entity_key,
        null as moment,
        null as from_title,
        null as from_company_name,
        null as from_company_domain,
        null as from_is_current,
        null as title,
        null as company_name,
        null as company_domain,
        null as is_current,
        null as started_on,
        null as source,
        null as raw_payload_id
    from touched
)

select
    {{ history_id('core.position_changes', 'entity_key', "'position'", 'moment') }} as id,
    entity_key as linkedin_url,
    moment as observed_at,
    from_title,
    from_company_name,
    from_company_domain,
    from_is_current,
    title as to_title,
    company_name as to_company_name,
    company_domain as to_company_domain,
    is_current as to_is_current,
    started_on,
    source,
    raw_payload_id,
    {{ written_by() }} as _xid
from named
where {{ without_empty_sets('moment') }}
