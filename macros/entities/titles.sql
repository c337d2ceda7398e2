{% macro seniority_of(words) -%}
    (
        select s.level
        from {{ ref('seniority_levels') }} as s
        where strpos({{ words }}, ' ' || s.term || ' ') > 0
        order by s.rank
        limit 1
    )
{%- endmacro %}


{% macro function_of(words) -%}
    (
        select f.function
        from {{ ref('job_functions') }} as f
        where strpos({{ words }}, ' ' || f.term || ' ') > 0
        order by f.rank
        limit 1
    )
{%- endmacro %}


{% macro terms_of(list, item='i.item') -%}
    (
        select array_agg(distinct {{ by_code_points(item) }} order by {{ by_code_points(item) }})
        from (
            select {{ function('clean_text') }}({{ function('text_of') }}(e.element)) as item
            from jsonb_path_query({{ list }}, 'lax $[*]') as e (element)
        ) as i
        where {{ item }} is not null
    )
{%- endmacro %}
