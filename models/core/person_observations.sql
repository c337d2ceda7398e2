{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'raw_payload_id',
        'gathers_sources': true,
        'named_indexes': {
            'idx_core_person_observations_linkedin_url': {
                'columns': ['linkedin_url', 'received_at']
            },
            'idx_core_person_observations_name_key': {'columns': ['_name_key'], 'using': 'hash'},
            'idx_core_person_observations_phone': {
                'columns': ['linkedin_url', 'raw_payload_id'], 'where': 'phone is not null',
            },
            'idx_core_person_observations_roles': {
                'columns': ['linkedin_url'], 'where': 'roles is not null',
            },
            'idx_core_person_observations_schools': {
                'columns': ['linkedin_url'], 'where': 'schools is not null',
            },
        },
        'withdrawn': {
            'outlive': 'false',
            'values': (
                observed_entities()['person'].attributes | list
                + observed_entities()['person'].others | list
                + ['_name_key']
            ),
        },
    },
) }}

-- A raw row that says nothing of anybody is named as well: what it said before goes.
-- A fence: the key is made once, for its column and for the condition.
with observed as (
    select * from (
        {{ observations_of('person') }}
    ) as o
    {{ fence() }}
)

select
    case
        when linkedin_url is not null
            then
                {{ function('entity_id') }}(
                    'core.person_observations', source || '/' || linkedin_url, raw_payload_id::text
                )
    end as id,
    source,
    linkedin_url,
    {{ function('person_linkedin_kind') }}(linkedin_url) as linkedin_kind,
    raw_payload_id,

    {% for attribute in observed_entities()['person'].attributes -%}
        {{ attribute }},
    {% endfor %}
    {% for column in observed_entities()['person'].others -%}
        {{ column }},
    {% endfor %}
    refreshed_at,
    received_at,
    {{ function('comparing_form') }}(coalesce(full_name, first_name || ' ' || last_name)) as _name_key,
    {{ written_by() }} as _xid
from observed
where {{ without_empty_sets('linkedin_url') }}
