{{ config(
    incremental_strategy='keep_best',
    unique_key=['source', 'owner'],
    meta={'named_indexes': {'idx_core_person_mentions_linkedin_url': {'columns': ['linkedin_url']}}},
) }}

with mentions as (
    select
        'profile' as source,
        p.linkedin_url as owner,
        p.linkedin_url,
        p.full_name,
        p.raw_payload_id,
        p.created_at,
        p._refreshed_at,
        p._received_at
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}

    union all

    select
        'discovery' as source,
        d.linkedin_url as owner,
        d.linkedin_url,
        d.full_name,
        d.raw_payload_id,
        d.created_at,
        d._refreshed_at,
        d._received_at
    from {{ ref('person_discovery') }} as d
    where {{ is_new('d') }}

    union all

    select
        'salesnav' as source,
        r.id::text as owner,
        {{ function('person_linkedin_url') }}(r.linkedin_url_user_profile) as linkedin_url,
        nullif(
            concat_ws(
                ' ',
                {{ function('clean_text') }}(r.first_name),
                {{ function('clean_text') }}(r.last_name)
            ),
            ''
        ) as full_name,
        r.id as raw_payload_id,
        {{ receipt_of('r') }} as created_at,
        null::timestamptz as _refreshed_at,
        {{ receipt_of('r') }} as _received_at
    from {{ source('raw', 'salesnav_scrapes') }} as r
    where {{ is_new('r') }}
)

-- A member id is no public profile and names nobody.
select
    {{ function('entity_id') }}('core.person_mentions', source, owner) as id,
    source,
    owner,
    linkedin_url,
    full_name,
    raw_payload_id,
    created_at,

    _refreshed_at,
    _received_at,
    {{ written_by() }} as _xid
from mentions
where {{ function('person_linkedin_kind') }}(linkedin_url) = 'public'
