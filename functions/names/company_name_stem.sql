-- Dots go first, so that S.A. and SA are one suffix; what would leave nothing stays as it is. The
-- pattern is an argument, because a function that reads a table itself is planned at every call.
select
    coalesce(
        nullif(regexp_replace(replace(lower(btrim(name)), '.', ''), suffix_pattern, ''), ''),
        lower(btrim(name))
    )
