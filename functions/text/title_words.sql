-- no title is longer
select
    ' '
    || btrim(
        regexp_replace(
            {{ function('comparing_form').include(database=false) }}(left(value, 1000)),
            '[^{{ letter_class() }}]+',
            ' ',
            'g'
        )
    )
    || ' '
