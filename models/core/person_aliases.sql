{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'id'},
) }}

-- depends_on: {{ ref('people') }}, which keeps its former keys before it goes without them

with former_urls as (
    select
        k.key as linkedin_url,
        {{ function('person_linkedin_url') }}(k.key) as canonical_linkedin_url
    from {{ source('state', 'former_keys') }} as k
    where k.entity = 'person'
)

select
    {{ function('entity_id') }}('core.people', linkedin_url) as id,
    linkedin_url,
    {{ function('entity_id') }}('core.people', canonical_linkedin_url) as canonical_id,
    canonical_linkedin_url,

    {{ written_by() }} as _xid
from former_urls
where canonical_linkedin_url <> linkedin_url and {{ is_rescan() }}
