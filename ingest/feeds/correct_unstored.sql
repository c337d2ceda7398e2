nullif(
    (coalesce(r._unstored, '{{}}') - array_remove(array[{given}], null))
    || coalesce(m._unstored, '{{}}'),
    '{{}}'
)
