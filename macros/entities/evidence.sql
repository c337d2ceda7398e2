{#
    Why a value stands in the golden record: all that was said, in the order of choice. Worked out for
    the entity that is asked for, by the order that core is chosen by.
#}


{#
    Query, for a lateral join: what is said of one entity. In steps, because each looks at the whole
    of what the one before gives, and in windows that follow from one order, because a large company
    has tens of thousands of rows to sort. The best statement has turn 1.
#}
{% macro statements_about(entity, observations, said_by) -%}
    {%- set of_attribute = 'partition by attribute, is_ranked' -%}
    select
        attribute,
        value,
        source,
        rank,
        raw_payload_id,
        refreshed_at,
        received_at,
        said_of,
        said_by,
        is_chosen,
        case
            when is_chosen
                then min(received_at) filter (
                    where is_best_so_far and value = chosen_value and received_at > last_other
                ) over ({{ of_attribute }})
        end as observed_since,
        confirmed_at,
        case
            when not is_ranked then 'no rank'
            when not is_chosen and value = chosen_value then 'same value'
            when not is_chosen and source <> chosen_source then 'rank'
            when not is_chosen then 'older'
            when voices = 1 then 'only one'
            when has_other_source then 'rank'
            when has_other_value then 'newer'
            else 'undisputed'
        end as reason
    from (
        select
            *,
            is_ranked and turn = 1 as is_chosen,
            coalesce(
                max(received_at) filter (where is_best_so_far and value <> chosen_value)
                    over ({{ of_attribute }}),
                '-infinity'
            ) as last_other
        from (
            select
                *,
                turn = min(turn) over ({{ of_attribute }} order by received_at) as is_best_so_far,
                bool_or(source <> chosen_source and value <> chosen_value) over ({{ of_attribute }})
                    as has_other_source,
                bool_or(value <> chosen_value) over ({{ of_attribute }}) as has_other_value
            from (
                select
                    *,
                    row_number() over best as turn,
                    first_value(value) over best as chosen_value,
                    first_value(source) over best as chosen_source,
                    count(*) over ({{ of_attribute }}) as voices
                from (
                    select
                        a.attribute,
                        a.value,
                        r.rank,
                        r.rank is not null as is_ranked,
                        o.source,
                        o.raw_payload_id,
                        o.refreshed_at,
                        o.received_at,
                        o.id,
                        o.{{ observed_entities()[entity].key }} as said_of,
                        {{ said_by }} as said_by,
                        max(o.received_at) over (partition by a.attribute, a.value) as confirmed_at
                    from ({{ observations }}) as o
                    cross join {{ said_values(entity) }}
                    left join {{ ref('source_rankings') }} as r
                        on r.entity = '{{ entity }}' and a.attribute = r.attribute and o.source = r.source
                    where a.value is not null
                ) as said
                window best as ({{ of_attribute }} order by {{ best_first('rank', 'said') }})
            ) as ordered
        ) as weighed
    ) as chosen
{%- endmacro %}


{#
    Query, for a lateral join: what is said of the position of one person, in the columns of
    statements_about.
#}
{% macro positions_of(person, position) -%}
    select
        'position' as attribute,
        concat_ws(' / ', title, coalesce(domain, company_name)) as value,
        source,
        rank,
        raw_payload_id,
        refreshed_at,
        received_at,
        {{ person }}.linkedin_url as said_of,
        {{ person }}.linkedin_url as said_by,
        is_chosen,
        case
            when is_chosen
                then coalesce(
                    (
                        select max(h.observed_at) from {{ ref('position_changes') }} as h
                        where {{ person }}.linkedin_url = h.linkedin_url
                    ),
                    {{ person }}.created_at
                )
        end as observed_since,
        max(received_at) over (partition by title, company_name, domain) as confirmed_at,
        case
            when rank is null then 'no rank'
            when not is_chosen and source = {{ position }}.source then 'older'
            when not is_chosen and rank < max(rank) filter (where is_chosen) over () then 'overtaken'
            when not is_chosen then 'rank'
            when count(*) over () = 1 then 'only one'
            when min(rank) over () < rank then 'later start'
            when count(*) over (partition by source) < count(*) over () then 'rank'
            else 'newer'
        end as reason
    from (
        select
            o.*,
            coalesce(d.canonical_domain, o.company_domain) as domain,
            r.rank,
            (o.raw_payload_id, o.source) = ({{ position }}.raw_payload_id, {{ position }}.source)
                as is_chosen
        from {{ ref('person_observations') }} as o
        left join {{ ref('company_domains') }} as d on o.company_domain = d.domain
        left join {{ ref('source_rankings') }} as r
            on r.entity = 'person' and r.attribute = 'position' and o.source = r.source
        where
            {{ person }}.linkedin_url = o.linkedin_url
            and coalesce(o.title, o.company_name, o.company_domain) is not null
    ) as said
{%- endmacro %}


{# Query: where sources differ by more than the spelling, of queries of what each says now. #}
{% macro differing(queries) -%}
    select
        n.attribute,
        count(distinct n.compared)::integer as different_values,
        array_agg(n.value order by n.rank) as said_values,
        array_agg(n.source order by n.rank) as sources
    from (
        {%- for query in queries %}
        ({{ query }})
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as n
    group by n.attribute
    having count(distinct n.compared) > 1
{%- endmacro %}


{# Query, for a lateral join: what each source says now of the attributes of one entity. #}
{% macro said_now(entity, observations) -%}
    select distinct on (a.attribute, o.source)
        a.attribute,
        a.value,
        {{ function('comparing_form') }}(a.value) as compared,
        o.source,
        r.rank
    from ({{ observations }}) as o
    cross join {{ said_values(entity) }}
    inner join {{ ref('source_rankings') }} as r
        on
            r.entity = '{{ entity }}'
            and a.attribute = r.attribute
            and o.source = r.source
            and r.keeps_history
    where a.value is not null
    order by a.attribute, o.source, {{ best_first('r.rank', 'o') }}
{%- endmacro %}


{#
    Query, for a lateral join: what each source says now of the title and the employer of one person,
    in the columns of said_now. Of a source its newest statement of the position speaks, and one that
    has ended says nothing of today. Employers are compared by the company's name in core, because many
    sources know no domain; who says nothing of one part differs on the other alone.
#}
{% macro positions_now(person) -%}
    with said as (
        select
            m.*,
            m.linkedin_url as entity_key
        from {{ ref('person_observations') }} as m
        where {{ person }}.linkedin_url = m.linkedin_url
    ),

    {{ position_statements('said') }}

    select
        a.attribute,
        a.value,
        a.compared,
        s.source,
        s.rank
    from (
        select distinct on (b.source) b.*
        from statements as b
        order by b.source, {{ best_first('b.rank', 'b') }}
    ) as s
    left join {{ ref('companies') }} as c on s.company_domain = c.domain
    cross join
        lateral (
            values
            ('title', s.title, {{ function('comparing_form') }}(s.title)),
            (
                'employer',
                coalesce(s.company_domain, s.company_name),
                coalesce(c._name_stem, {{ name_stem('s.company_name') }}, s.company_domain)
            )
        ) as a (attribute, value, compared)
    where a.value is not null and s.is_current is not false
{%- endmacro %}


{# How many entities a source says something of, by attribute; null is the golden record itself. #}
{% macro coverage_of(entity, observed, golden) -%}
    {%- set described = observed_entities()[entity] -%}
    select
        '{{ entity }}' as entity,
        a.attribute,
        g.source,
        a.known,
        g.entities
    from (
        select
            null as source,
            count(*) as entities
            {%- for attribute in described.attributes %},
            count({{ golden[attribute] if attribute in golden else '_' ~ attribute }}) as {{ attribute }}
            {%- endfor %}
        from {{ golden.table }}
        union all
        -- First what a source says of each entity, a bit an attribute, so that all rows are grouped
        -- once and by little.
        select
            source,
            count(*) as entities
            {%- for attribute in described.attributes %},
            count(*) filter (where attributes & {{ 2 ** loop.index0 }} > 0) as {{ attribute }}
            {%- endfor %}
        from (
            select
                source,
                bit_or(attributes) as attributes
            from (
                select
                    source,
                    {{ described.key }} as entity_key,
                    {% for attribute in described.attributes %}
                    {{ '| ' if not loop.first }}case when {{ attribute }} is null then 0 else {{ 2 ** loop.index0 }} end
                    {%- endfor %} as attributes
                from {{ observed }}
                -- a fence: the rows are read as they lie, not in the order of an index
                {{ fence() }}
            ) as marked
            group by source, entity_key
        ) as said
        group by source
    ) as g
    cross join
        lateral (
            values
            {%- for attribute in described.attributes %}
            ('{{ attribute }}', g.{{ attribute }}){{ ',' if not loop.last }}
            {%- endfor %}
        ) as a (attribute, known)
    where a.known > 0
{%- endmacro %}
