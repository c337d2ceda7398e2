-- Dots go first, so that S.A. and SA are one suffix; what would leave nothing stays as it is.
select
    coalesce(
        nullif(
            regexp_replace(
                replace(lower(btrim(name)), '.', ''),
                (
                    select '(?:[\s,]+(?:' || string_agg(s.suffix, '|' order by s.suffix) || '))+[\s,]*$'
                    from {{ ref('legal_suffixes') }} as s
                ),
                ''
            ),
            ''
        ),
        lower(btrim(name))
    )
