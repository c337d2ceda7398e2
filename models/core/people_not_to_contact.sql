{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'named_indexes': {
            'idx_core_people_not_to_contact_linkedin_url': {
                'columns': ['linkedin_url'], 'unique': true
            },
        },
    },
) }}

{%- set by_url = [['linkedin', function('linkedin_slug') ~ '(t.linkedin_url)']] %}
{%- set by_contact = [
    ['email', 'c.email'],
    ['phone', 'privacy.phone_digits(c.phone)'],
    ['phone', 'privacy.phone_end(c.phone)'],
] %}

with touched as (
    select o.linkedin_url
    from {{ ref('person_observations') }} as o
    where {{ is_new('o') }}

    union

    select c.linkedin_url
    from {{ ref('person_contacts') }} as c
    where {{ is_new('c') }}

    union

    -- an address that is somebody else's now leaves no trace among the contacts
    {{ people_of_new_addresses() }}

    union

    {{ as_if_many() }}
),

found as (
    select
        t.linkedin_url,
        {{ is_suppressed(by_url, scopes=['do_not_contact']) }}
        or exists (
            select 1 from {{ ref('person_contacts') }} as c
            where
                t.linkedin_url = c.linkedin_url
                and {{ is_suppressed(by_contact, scopes=['do_not_contact']) }}
        ) as is_suppressed
    from touched as t
    where t.linkedin_url is not null
),

-- Whoever is not is named as well: a row that there was goes.
named as (
    select
        linkedin_url,
        case
            when is_suppressed
                then {{ function('entity_id') }}('core.people_not_to_contact', linkedin_url)
        end as id
    from found
)

select
    id,
    linkedin_url,
    {{ written_by() }} as _xid
from named
where {{ without_empty_sets('id') }}
