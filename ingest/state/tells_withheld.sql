select
    coalesce(has_schema_privilege(to_regnamespace('privacy')::oid, 'usage'), false)
    and exists (
        select from pg_class as c
        where
            c.relnamespace = to_regnamespace('reference')
            and c.relname = 'withheld_rows'
            and has_schema_privilege(c.relnamespace, 'usage')
            and has_table_privilege(c.oid, 'select')
    )
