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

{{ golden_values('person') }},

changes as (
    select
        h.linkedin_url,
        h.observed_at
    from {{ ref('person_history') }} as h
    inner join touched as t on h.linkedin_url = t.entity_key

    union all

    select
        c.linkedin_url,
        c.observed_at
    from {{ ref('position_changes') }} as c
    inner join touched as t on c.linkedin_url = t.entity_key
),

last_changes as (
    select
        linkedin_url,
        max(observed_at) as changed_at
    from changes
    group by linkedin_url
)

select
    {{ function('entity_id') }}('core.people', g.entity_key) as id,
    g.entity_key as linkedin_url,
    {{ function('linkedin_slug') }}(g.entity_key) as linkedin_slug,
    g.full_name,
    g.created_at,
    coalesce(c.changed_at, g.created_at) as updated_at,

    {% for attribute in observed_entities()['person'].attributes if attribute != 'full_name' -%}
        g.{{ attribute }} as _{{ attribute }},
    {% endfor %}
    {{ function('comparing_form') }}(g.full_name) as _name_key,
    {{ written_by() }} as _first_xid,
    {{ written_by() }} as _xid
from golden as g
left join last_changes as c on g.entity_key = c.linkedin_url
