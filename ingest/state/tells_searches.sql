select
    coalesce(has_schema_privilege(to_regnamespace('privacy')::oid, 'usage'), false)
    and exists (
        select from pg_proc as p
        where
            p.pronamespace = to_regnamespace('privacy')
            and p.proname = 'searches_to_finish'
            and has_function_privilege(p.oid, 'execute')
    )
