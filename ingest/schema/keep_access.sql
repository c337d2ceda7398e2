-- The caller's rights count: what it may not change is left to one who may (dbt cannot change raw).
create or replace function extracted.keep_access() returns setof text
language plpgsql
set search_path = pg_catalog
as $body$
declare
    statement text;
begin
    if to_regrole('hq_loader') is null
        or to_regrole('hq_builder') is null
        or to_regrole('hq_analyst') is null
    then
        return;
    end if;
    -- two at once would trip over each other's grants
    perform pg_advisory_xact_lock({lock});
    for statement in
        {statements}
    loop
        execute statement;
        return next statement;
    end loop;
end
$body$;
comment on function extracted.keep_access() is
'Gives hq_loader, hq_builder, hq_analyst, hq_api, hq_sender and hq_privacy their rights and '
'says what it changed; every dbt run calls it. Manual grants on these roles are revoked by the '
'next run.';
