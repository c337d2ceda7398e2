select
    coalesce(
        (
            select c.country
            from {{ ref('countries').include(database=false) }} as c
            where c.spelling = {{ function('comparing_form').include(database=false) }}(value)
        ),
        {{ function('clean_text').include(database=false) }}(value)
    )
