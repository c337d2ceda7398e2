{#
    Which of several observations speaks. The order stands here once: by rank, by the provider's
    refresh, by receipt, by arrival; it is a total one, so a choice depends on nothing else, and a
    running choice over the receipts gives the history.
#}


{#
    The rank of each source, a column for each attribute; the window and the join over the seed's
    lines as they are would multiply the observations.
#}
{% macro ranks_of(entity, attributes) -%}
    select
        r.source
        {%- for attribute in attributes %},
        min(r.rank) filter (where r.attribute = '{{ attribute }}') as {{ attribute }}
        {%- endfor %}
    from {{ ref('source_rankings') }} as r
    where r.entity = '{{ entity }}'
    group by r.source
{%- endmacro %}


{% macro best_first(rank, row) -%}
    {{ rank }}, {{ row }}.refreshed_at desc nulls last, {{ row }}.received_at desc, {{ row }}.raw_payload_id desc, {{ row }}.id desc
{%- endmacro %}


{% macro newest_last(row) -%}
    {{ row }}.refreshed_at nulls first, {{ row }}.received_at, {{ row }}.raw_payload_id, {{ row }}.id
{%- endmacro %}


{# CTEs that end in `observations`: all that is said of the companies that the batch is about. #}
{% macro touched_company_observations() -%}
touched_domains as (
    select o.domain
    from {{ ref('company_observations') }} as o
    where {{ is_new('o') }}
    group by o.domain
),

-- Not by coalesce(): of an expression the planner cannot tell how many values it has.
touched as (
    select t.domain as entity_key
    from touched_domains as t
    where
        not exists (
            select 1 from {{ ref('company_aliases') }} as a
            where t.domain = a.domain
        )

    union

    select a.canonical_domain as entity_key
    from touched_domains as t
    inner join {{ ref('company_aliases') }} as a on t.domain = a.domain

    union

    {{ as_if_many() }}
),

-- A company is everything said of its canonical domain and of the aliases that lead there.
-- Addresses that belong to nobody are left out here: link shorteners, free mail.
member_domains as (
    select
        t.entity_key,
        t.entity_key as domain
    from touched as t
    union all
    select
        t.entity_key,
        a.domain
    from touched as t
    inner join {{ ref('company_aliases') }} as a on t.entity_key = a.canonical_domain
),

observations as (
    -- where everything is read, nobody is looked for
    select
        coalesce(a.canonical_domain, o.domain) as entity_key,
        o.*
    from {{ ref('company_observations') }} as o
    left join {{ ref('company_aliases') }} as a on o.domain = a.domain
    where
        {{ is_read_anyway('o') }}
        and not exists (
            select 1 from {{ ref('ignored_domains') }} as i
            where coalesce(a.canonical_domain, o.domain) = i.domain
        )

    union all

    select
        d.entity_key,
        o.*
    from member_domains as d
    inner join {{ ref('company_observations') }} as o on d.domain = o.domain
    where
        not {{ is_rescan() }}
        and not exists (
            select 1 from {{ ref('ignored_domains') }} as i
            where d.entity_key = i.domain
        )
)
{%- endmacro %}


{# CTEs that end in `observations`: all that is said of the people that the batch is about. #}
{% macro touched_person_observations() -%}
touched as (
    select o.linkedin_url as entity_key
    from {{ ref('person_observations') }} as o
    where {{ is_new('o') }}

    union

    {{ as_if_many() }}
),

-- A member id is no public profile and names nobody.
observations as (
    -- where everything is read, nobody is looked for
    select
        o.linkedin_url as entity_key,
        o.*
    from {{ ref('person_observations') }} as o
    where {{ is_read_anyway('o') }} and o.linkedin_kind = 'public'

    union all

    select
        t.entity_key,
        o.*
    from touched as t
    inner join {{ ref('person_observations') }} as o on t.entity_key = o.linkedin_url
    where not {{ is_rescan() }} and o.linkedin_kind = 'public'
)
{%- endmacro %}


{# Lateral join `a`: what an observation o says, a row for each attribute, in a text. #}
{% macro said_values(entity) -%}
    lateral (
        values
        {%- for attribute, type in observed_entities()[entity].attributes.items() %}
        ('{{ attribute }}', {{ as_one(attribute, type) }}::text){{ ',' if not loop.last }}
        {%- endfor %}
    ) as a (attribute, value)
{%- endmacro %}


{# What an observation o says of one attribute, as a text; of what is no attribute, such as sets, nothing. #}
{% macro said_value(entity, attribute) -%}
    case {{ attribute }}
        {%- for name, type in observed_entities()[entity].attributes.items() %}
        when '{{ name }}' then {{ as_one(name, type) }}::text
        {%- endfor %}
    end
{%- endmacro %}


{# An array of arrays would have to be a rectangle. #}
{% macro as_one(attribute, type) -%}
    {{ 'to_jsonb(o.' ~ attribute ~ ')' if type == 'text[]' else 'o.' ~ attribute }}
{%- endmacro %}


{% macro texts_of(list) -%}
    case
        when {{ list }} is not null
            then array(
                select t.item
                from jsonb_array_elements_text({{ list }}) with ordinality as t (item, n)
                order by t.n
            )
    end
{%- endmacro %}


{% macro golden_values(entity) -%}
    {%- set attributes = observed_entities()[entity].attributes -%}
ranks as (
    {{ ranks_of(entity, attributes) }}
),

golden as (
    select
        o.entity_key,
        {%- for attribute, type in attributes.items() %}
        {%- set chosen -%}
            (
                array_agg({{ as_one(attribute, type) }} order by {{ best_first('r.' ~ attribute, 'o') }})
                filter (where o.{{ attribute }} is not null and r.{{ attribute }} is not null)
            )[1]
        {%- endset %}
        {{ texts_of(chosen) if type == 'text[]' else chosen }} as {{ attribute }},
        {%- endfor %}
        min(o.received_at) as created_at
    from observations as o
    left join ranks as r on o.source = r.source
    group by o.entity_key
)
{%- endmacro %}


{#
    CTE `dated`: the observations of entities of which something was received more than once, with
    their first receipt and their place in the order of choice within one rank. By a window, because
    a join of what is found here would be planned from a guess.
#}
{% macro received_repeatedly() -%}
received as (
    select
        o.*,
        min(o.received_at) over of_entity as first_received_at,
        max(o.received_at) over of_entity as last_received_at,
        row_number() over of_entity as place
    from observations as o
    -- one window, because each goes through all of them
    window of_entity as (
        partition by o.entity_key order by {{ newest_last('o') }}
        rows between unbounded preceding and unbounded following
    )
),

dated as (
    select *
    from received
    where first_received_at < last_received_at
)
{%- endmacro %}


{#
    CTE `history`. The order of receipts is not the order of choice: of the observations in order of
    receipt, those that are the best so far are the ones that ever spoke.
#}
{% macro changes_of(entity) -%}
{{ received_repeatedly() }},

-- A line of the ranking for each attribute of a source; joined first, or all attributes of each
-- observation would be looked at, whoever states them.
statements as (
    select * from (
        select
            o.entity_key,
            o.first_received_at,
            r.attribute,
            {{ said_value(entity, 'r.attribute') }} as value,
            r.keeps_history,
            o.source,
            o.raw_payload_id,
            o.received_at,
            -- one number, because a row has no running maximum
            o.place - r.rank * {{ 2 ** 32 }} as precedence
        from dated as o
        inner join {{ ref('source_rankings') }} as r
            on r.entity = '{{ entity }}' and o.source = r.source
        {{ fence() }}
    ) as s
    where s.value is not null
),

running as (
    select
        *,
        -- rows of one receipt come together
        max(precedence) over (partition by entity_key, attribute order by received_at) as best
    from statements
),

spoken as (
    select
        *,
        lag(value) over (partition by entity_key, attribute order by received_at) as old_value
    from running
    where precedence = best
),

changes as (
    select *
    from spoken
    where
        value is distinct from old_value
        -- what an entity was first known with is no change
        and (old_value is not null or received_at > first_received_at)
),

-- Who has no change is named as well: what there was before goes.
history as (
    select
        entity_key,
        attribute,
        case when keeps_history then old_value end as old_value,
        case when keeps_history then value end as new_value,
        source,
        received_at,
        raw_payload_id
    from changes
    union all
    select
        entity_key,
        null as attribute,
        null as old_value,
        null as new_value,
        null as source,
        null as received_at,
        null as raw_payload_id
    from touched
)
{%- endmacro %}


{# An instant in one spelling, whatever the session's zone. #}
{% macro history_id(table, key, attribute, at) -%}
    case
        when {{ at }} is not null
            then {{ function('entity_id') }}(
                '{{ table }}',
                {{ attribute }} || '/' || (extract(epoch from {{ at }}) * 1000000)::bigint,
                {{ key }}
            )
    end
{%- endmacro %}
