select
    ' '
    || btrim(
        regexp_replace(
            {{ function('comparing_form').include(database=false) }}(value),
            '[^{{ letter_class() }}]+',
            ' ',
            'g'
        )
    )
    || ' '
