{#
    Which position of a person counts. A candidate is overtaken by one that started later and was
    observed later; of those that no other overtakes the best-ranked counts. "The better of two"
    could run in a circle, this cannot.
#}


{# CTE `statements`: what names a title or an employer, with its rank. #}
{% macro position_statements(observations='observations', columns=[]) -%}
statements as (
    select
        o.entity_key,
        o.id,
        o.source,
        r.rank,
        o.title,
        o.company_name,
        o.company_linkedin_url,
        -- Addresses that belong to nobody are no company's.
        case when i.domain is null then coalesce(a.canonical_domain, o.company_domain) end
            as company_domain,
        o.started_on,
        case when listed.has_ended then listed.ended_on else o.ended_on end as ended_on,
        -- what has an end is over, whatever else is not said of it
        case
            when listed.has_ended then false
            else coalesce(o.is_current, case when o.ended_on is not null then false end)
        end as is_current,
        o.likelihood,
        o.raw_payload_id,
        o.refreshed_at,
        o.received_at,
        {%- for column in columns %}
        o.{{ column }},
        {%- endfor %}
        coalesce(o.refreshed_at, o.received_at) as observed_at
    from {{ observations }} as o
    inner join {{ ref('source_rankings') }} as r
        on r.entity = 'person' and r.attribute = 'position' and o.source = r.source
    left join {{ ref('company_aliases') }} as a on o.company_domain = a.domain
    left join {{ ref('ignored_domains') }} as i
        on coalesce(a.canonical_domain, o.company_domain) = i.domain
    left join lateral ({{ listed_role('o') }}) as listed on true
    where coalesce(o.title, o.company_name, o.company_domain) is not null
)
{%- endmacro %}


{#
    Query: whether the career that a provider lists says of the position it puts in front that it has
    ended, and when. What stands in front is the newest that the provider knows of, not always one that
    lasts.
#}
{% macro listed_role(observation) -%}
    select
        bool_and(
            r.item ->> 'end_date' is not null
            and (r.item ->> 'is_current')::boolean is not true
        ) as has_ended,
        max((r.item ->> 'end_date')::date) as ended_on
    from jsonb_array_elements(
        case when {{ observation }}.is_current then {{ observation }}.roles end
    ) as r (item)
    where
        {{ function('comparing_form') }}(r.item ->> 'title')
        = {{ function('comparing_form') }}({{ observation }}.title)
        and (
            r.item ->> 'company_domain' = {{ observation }}.company_domain
            or {{ name_stem("r.item ->> 'company'") }} = {{ name_stem(observation ~ '.company_name') }}
        )
{%- endmacro %}


{# How sure a provider is, the whole number of it: 5.9 is below 6. #}
{% macro likelihood_of(value) -%}
    {{ function('as_integer') }}(regexp_replace({{ value }}, '[.][0-9]+ *$', ''))
{%- endmacro %}


{# Below this who sells it says that it may be of somebody else. #}
{% macro is_guess(likelihood) -%}
    coalesce({{ likelihood }} < 6, false)
{%- endmacro %}


{#
    A window, and not a look for the one that overtakes, which the planner would make for each among all.
    Who has no start is behind all others, and overtakes nobody.
#}
{% macro is_overtaken(of_one) -%}
    coalesce(
        started_on is not null
        and observed_at < max(observed_at) filter (where not {{ is_guess('likelihood') }}) over (
            partition by {{ of_one | join(', ') }}
            order by started_on desc nulls last
            groups between unbounded preceding and 1 preceding
        ),
        false
    )
{%- endmacro %}
