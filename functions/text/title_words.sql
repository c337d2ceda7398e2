select
    ' '
    || btrim(
        regexp_replace(
            {{ function('lower_text').include(database=false) }}(value), '[^[:alnum:]]+', ' ', 'g'
        )
    )
    || ' '
