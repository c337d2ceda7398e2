{% macro seniority_of(words) -%}
    {{ first_term('seniority_levels', 'level', words) }}
{%- endmacro %}


{% macro function_of(words) -%}
    {{ first_term('job_functions', 'function', words) }}
{%- endmacro %}


{#
    SQL for a column of the first term by rank that a title contains. The runs of a title's words are few, and
    an index finds them among the terms: looking for each of hundreds of terms takes five times as long.

    Args:
        seed: a seed of terms and ranks.
        column: what is wanted of it.
        words: SQL for the title's words, as title_words gives them.
#}
{% macro first_term(seed, column, words) -%}
    (
        select t.{{ column }}
        from {{ ref(seed) }} as t
        where
            t.term = any(
                array(
                    select
                        array_to_string(w.words[f.n::integer:(f.n + l.n - 1)::integer], ' ')
                    from (
                        select
                            string_to_array(btrim({{ words }}), ' ') as words,
                            (
                                select max(cardinality(string_to_array(longest.term, ' ')))
                                from {{ ref(seed) }} as longest
                            ) as most
                    ) as w
                    cross join lateral unnest(w.words) with ordinality as f (word, n)
                    cross join
                        lateral unnest(
                            w.words[f.n::integer:(f.n + w.most - 1)::integer]
                        ) with ordinality as l (word, n)
                )
            )
        order by t.rank
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
