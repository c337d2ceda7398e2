{#
    Roles and schools of people whose profile states none. A set is whole, so it is chosen as one value: the
    profile's, if its winning payload states one; else that of the best-ranked source that does (attribute
    `roles` or `schools` of the ranking), its newest.
#}

{#
    CTE `chosen`: a row for each person that the batch is about, with the set that is chosen, its source and
    raw row; all NULL for those who have none here.

    Args:
        set: column of the observations.
        of_profile: the profile's field of the same set.
#}
{% macro chosen_sets(set, of_profile) -%}
touched as (
    select o.linkedin_url
    from {{ ref('person_observations') }} as o
    where {{ is_new('o') }} and (o.{{ set }} is not null or not {{ is_rescan() }})

    union

    -- a profile may win in another run than it was observed in
    select p.linkedin_url
    from {{ ref('person_profile') }} as p
    where not {{ is_rescan() }} and {{ is_new('p') }}

    union

    {{ as_if_many() }}
),

statements as (
    select
        o.*,
        r.rank
    from touched as t
    inner join {{ ref('person_observations') }} as o on t.linkedin_url = o.linkedin_url
    inner join {{ ref('source_rankings') }} as r
        on r.entity = 'person' and r.attribute = '{{ set }}' and o.source = r.source
    where o.{{ set }} is not null
),

best_statements as (
    select distinct on (s.linkedin_url) s.*
    from statements as s
    order by s.linkedin_url, {{ best_first('s.rank', 's') }}
),

stated_by_profiles as (
    select p.linkedin_url
    from best_statements as s
    inner join {{ ref('person_profile') }} as p on s.linkedin_url = p.linkedin_url
    inner join {{ source('raw', 'person_payloads') }} as r on p.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as w ({{ of_profile }} jsonb)
    where {{ states_set('w.' ~ of_profile) }}
),

chosen as (
    select
        t.linkedin_url,
        s.raw_payload_id,
        s.source,
        s.received_at,
        s.{{ set }}
    from touched as t
    left join best_statements as s
        on
            t.linkedin_url = s.linkedin_url
            and not exists (
                select 1 from stated_by_profiles as w
                where s.linkedin_url = w.linkedin_url
            )
)
{%- endmacro %}


{# Columns of the items of a set, for jsonb_to_record. #}
{% macro members_with_types(set) -%}
    {%- for member, (form, reason, type) in stated_sets()[set].items() -%}
        {{ member }} {{ type }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
