{#
    SQL for the level of seniority a title stands for, NULL if it names none.

    Args:
        words: SQL of the title's words, as title_words gives them.
#}
{% macro seniority_of(words) -%}
    (
        select s.level
        from {{ ref('seniority_levels') }} as s
        where strpos({{ words }}, ' ' || s.term || ' ') > 0
        order by s.rank
        limit 1
    )
{%- endmacro %}


{#
    SQL for the items of a JSON list as a text array without null markers and repetitions, in the
    same order on every server; NULL if there are none, or if there is no list. A single value
    stands for a list of one; an item that is no text is none.

    Args:
        list: jsonb.
        item: SQL made of an item, the text `i.item`; items where it is NULL are left out.
#}
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
