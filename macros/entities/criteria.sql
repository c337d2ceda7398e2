{#
    SQL of the criteria for companies, over aliases of
    icp_criteria and of compared_companies. What is not asked for is met; of what is asked for
    and not known, is_met is NULL.
#}
{% macro company_criteria(icp='i', company='c') -%}
    {%- set i = icp ~ '.' -%}
    {%- set c = company ~ '.' -%}
    {{ return({
        'industry': {
            'wanted': one_of(i ~ 'industries'),
            'found': c ~ 'industry',
            'is_met': i ~ '_industry_patterns is null or '
                ~ c ~ 'industry_key like any(' ~ i ~ '_industry_patterns)',
        },
        'size': {
            'wanted': one_of(i ~ 'size_buckets'),
            'found': c ~ 'size_bucket',
            'is_met': i ~ 'size_buckets is null or '
                ~ c ~ 'size_bucket = any(' ~ i ~ 'size_buckets)',
        },
        'employee_count': {
            'wanted': from_to(i ~ 'employee_count_min', i ~ 'employee_count_max'),
            'found': c ~ 'employee_count::text',
            'is_met': is_between(c ~ 'employee_count', i ~ 'employee_count_min', i ~ 'employee_count_max'),
        },
        'country': {
            'wanted': one_of(i ~ 'countries'),
            'found': c ~ 'country',
            'is_met': i ~ 'countries is null or ' ~ c ~ 'country = any(' ~ i ~ 'countries)',
        },
        'founded': {
            'wanted': from_to(i ~ 'founded_min', i ~ 'founded_max'),
            'found': c ~ 'founded_year::text',
            'is_met': is_between(c ~ 'founded_year', i ~ 'founded_min', i ~ 'founded_max'),
        },
    }) }}
{%- endmacro %}


{# Companies with what criteria compare; what takes time to make of it stands in core. #}
{% macro compared_companies() -%}
    (
        select
            core.id,
            core.domain,
            core.name,
            core.linkedin_url,
            core._industry as industry,
            core._industry_key as industry_key,
            core._size_bucket as size_bucket,
            core._employee_count as employee_count,
            core._country as country,
            core._founded_year as founded_year,
            core._location as location,
            core.created_at as first_received_at
        from {{ ref('companies') }} as core
    )
{%- endmacro %}


{% macro meets_company_criteria() -%}
    {%- for criterion in company_criteria().values() -%}
        {{ is_met(criterion.is_met) }}{{ '\n        and ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#
    SQL condition: a criterion is met. A case, which the planner takes for met by half. Of the condition itself
    it thinks that hardly anything meets it, and would rather compare and sort everything than read a page of
    what meets all criteria along an index.
#}
{% macro is_met(condition) -%}
    case when {{ condition }} then true end
{%- endmacro %}


{# SQL for a list of terms, of which one is enough, in words. #}
{% macro one_of(terms) -%}
    array_to_string({{ terms }}, ', ')
{%- endmacro %}


{# SQL for bounds in words: from 50 to 500, from 50, to 500. #}
{% macro from_to(lowest, highest) -%}
    nullif(concat_ws(' ', 'from ' || {{ lowest }}, 'to ' || {{ highest }}), '')
{%- endmacro %}


{# SQL condition: a number is within bounds, of which either may be missing. #}
{% macro is_between(number, lowest, highest) -%}
    ({{ lowest }} is null or {{ lowest }} <= {{ number }})
    and ({{ highest }} is null or {{ highest }} >= {{ number }})
{%- endmacro %}


{% macro with_size_buckets(criteria) -%}
    case
        when jsonb_typeof({{ criteria }}) <> 'object' then null
        when not {{ criteria }} ?| array['size', 'size_buckets'] then {{ criteria }}
        else
            ({{ criteria }} - 'size' - 'size_buckets')
            || jsonb_build_object(
                'size_buckets',
                (
                    select jsonb_agg(b.bucket order by b.n)
                    from (
                        select
                            {{ function('size_bucket') }}(s.item #>> '{}') as bucket,
                            min(s.n) as n
                        from jsonb_path_query(
                            coalesce(
                                nullif({{ criteria }} -> 'size_buckets', 'null'),
                                {{ criteria }} -> 'size'
                            ),
                            'lax $[*]'
                        ) with ordinality as s (item, n)
                        where jsonb_typeof(s.item) not in ('object', 'array')
                        group by 1
                    ) as b
                    where b.bucket is not null
                )
            )
    end
{%- endmacro %}


{% macro enough_letters(name) -%}
    coalesce(length(regexp_replace({{ name }}, '[^{{ letter_class() }}]+|[{{ digit_class() }}]+', '', 'g')) >= 4, false)
{%- endmacro %}


{#
    SQL for the receipt since which a lead has been one, under the criteria of today: a scalar query
    over the histories. Each of their rows says what was before it; the last one before which a criterion
    was not met is where the lead began.

    lead: alias with icp_slug, linkedin_url, company_domain and company_known_since; person: of core.people.
#}
{% macro lead_since(lead, person) -%}
    greatest(
        {{ person }}.created_at,
        {{ lead }}.company_known_since,
        (
            select max(h.observed_at)
            from {{ ref('icp_criteria') }} as asked
            inner join {{ ref('company_history') }} as h on h.domain = {{ lead }}.company_domain
            cross join
                lateral (
                    select
                        case
                            when h.attribute = 'industry'
                                then {{ function('comparing_form') }}(h.old_value)
                        end as industry_key,
                        case when h.attribute = 'size_bucket' then h.old_value end as size_bucket,
                        case when h.attribute = 'employee_count' then h.old_value end::integer
                            as employee_count,
                        case when h.attribute = 'founded_year' then h.old_value end::integer
                            as founded_year,
                        case when h.attribute = 'country' then h.old_value end as country
                ) as was
            where
                asked.slug = {{ lead }}.icp_slug
                and case h.attribute
                    {%- for attribute, criterion in {
                        'industry': 'industry', 'size_bucket': 'size', 'country': 'country',
                        'employee_count': 'employee_count', 'founded_year': 'founded',
                    }.items() %}
                    when '{{ attribute }}' then ({{ company_criteria('asked', 'was')[criterion].is_met }}) is not true
                    {%- endfor %}
                end
        ),
        (
            select max(w.observed_at)
            from {{ ref('icp_criteria') }} as asked
            inner join (
                select
                    *,
                    {{ function('title_words') }}(from_title) as title_words
                from {{ ref('position_changes') }}
            ) as w on w.linkedin_url = {{ lead }}.linkedin_url
            where
                asked.slug = {{ lead }}.icp_slug
                and (
                    w.from_company_domain = {{ lead }}.company_domain
                    and w.from_is_current is not false
                    and {{ meets_title_criteria('w.title_words', seniority_of('w.title_words'), 'asked') }}
                ) is not true
        )
    )
{%- endmacro %}


{# Condition over an alias of icp_criteria. #}
{% macro meets_title_criteria(words, seniority, icp='i') -%}
    {{ is_met(icp ~ '._title_any_patterns is null or ' ~ words ~ ' like any(' ~ icp ~ '._title_any_patterns)') }}
    and {{ is_met(icp ~ '._title_all_patterns is null or ' ~ words ~ ' like any(' ~ icp ~ '._title_all_patterns)') }}
    and {{ is_met(icp ~ '.seniority is null or ' ~ seniority ~ ' = any(' ~ icp ~ '.seniority)') }}
{%- endmacro %}
