-- Who holds an advisory lock: asked by ingest and by dbt before they wait for one.
create function raw.lock_holders(bigint)
returns table (pid integer, since timestamptz)
language sql stable
as $$
    select
        l.pid,
        -- a lock of the session is held outside of transactions, too
        coalesce(a.xact_start, a.query_start) as since
    from pg_locks as l
    inner join pg_database as d on l.database = d.oid
    -- which shows times to members of the other's role only
    left join pg_stat_activity as a on l.pid = a.pid
    where
        l.locktype = 'advisory'
        and l.granted
        and d.datname = current_database()
        and (l.classid::bigint << 32) | l.objid::bigint = $1;
$$;
comment on function raw.lock_holders(bigint) is
'Server processes of this database that hold an advisory lock, and since when. A lock of two '
'numbers is asked for by one, (first::bigint << 32) | (second::bigint & 4294967295).';
