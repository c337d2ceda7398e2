select
    to_regclass('reference.withheld_rows') is not null
    and coalesce(has_table_privilege(to_regclass('reference.withheld_rows'), 'select'), false)
    and coalesce(has_schema_privilege(to_regnamespace('privacy')::oid, 'usage'), false)
