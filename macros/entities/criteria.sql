{#
    SQL of the criteria for companies, over i, a row of
    icp_criteria, and c, one of api.companies. What is not asked for is met; of what is asked for
    and not known, is_met is NULL.
#}
{% macro company_criteria() -%}
    {{ return({
        'industry': {
            'wanted': one_of('i.industries'),
            'found': 'c.industry',
            'is_met': 'i._industry_patterns is null or '
                ~ function('comparing_form') ~ '(c.industry) like any(i._industry_patterns)',
        },
        'size': {
            'wanted': one_of('i.size_buckets'),
            'found': 'c.size_bucket',
            'is_met': 'i.size_buckets is null or c.size_bucket = any(i.size_buckets)',
        },
        'employee_count': {
            'wanted': from_to('i.employee_count_min', 'i.employee_count_max'),
            'found': 'c.employee_count::text',
            'is_met': is_between('c.employee_count', 'i.employee_count_min', 'i.employee_count_max'),
        },
        'country': {
            'wanted': one_of('i.countries'),
            'found': 'c.country',
            'is_met': 'i.countries is null or c.country = any(i.countries)',
        },
        'founded': {
            'wanted': from_to('i.founded_min', 'i.founded_max'),
            'found': 'c.founded_year::text',
            'is_met': is_between('c.founded_year', 'i.founded_min', 'i.founded_max'),
        },
    }) }}
{%- endmacro %}


{% macro meets_company_criteria() -%}
    ({{ company_criteria().values() | map(attribute='is_met') | join(')\n            and (') }})
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
