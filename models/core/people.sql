{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    pre_hook="{{ keep_former_keys('person', 'people', 'linkedin_url', 'person_linkedin_url') }}",
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_people_linkedin_url': {'columns': ['linkedin_url'], 'unique': true},
            'idx_core_people_linkedin_slug': {'columns': ['linkedin_slug']},
            'idx_core_people_name_key': {'columns': ['_name_key'], 'using': 'hash'},
            'idx_core_people_name_beginning': {
                'columns': ['(left(_name_key, 100)) text_pattern_ops'],
            },
            'idx_core_people_name_words': {
                'columns': ['(' ~ name_words('_name_key') ~ ')'], 'using': 'gin'
            },
        },
    },
) }}

with {{ touched_person_observations() }},

{{ golden_values('person') }}

select
    {{ function('entity_id') }}('core.people', g.entity_key) as id,
    g.entity_key as linkedin_url,
    {{ function('linkedin_slug') }}(g.entity_key) as linkedin_slug,
    g.full_name,
    g.created_at,
    -- looked up for each, which no plan can make a comparison of all with all
    coalesce(
        greatest(
            (
                select max(h.observed_at) from {{ ref('person_history') }} as h
                where g.entity_key = h.linkedin_url
            ),
            (
                select max(c.observed_at) from {{ ref('position_changes') }} as c
                where g.entity_key = c.linkedin_url
            )
        ),
        g.created_at
    ) as updated_at,

    {% for attribute in observed_entities()['person'].attributes if attribute != 'full_name' -%}
        g.{{ attribute }} as _{{ attribute }},
    {% endfor %}
    {{ function('comparing_form') }}(g.full_name) as _name_key,
    {{ written_by() }} as _first_xid,
    {{ written_by() }} as _xid
from golden as g
