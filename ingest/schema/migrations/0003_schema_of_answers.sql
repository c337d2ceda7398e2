-- The schema of the answers exists from the start, as the other three that dbt builds into: two
-- first builds at once would both want to make it, and the one who builds may not be allowed to.
do $$
begin
    -- asked first: "if not exists" needs a right on the database even where it does nothing
    if to_regnamespace('api') is null then
        create schema api;
    end if;
end
$$;
