-- Rows that models will take for seen although they came later: written by a transaction that some
-- snapshot does not contain, with the stamp of one it contains. A row's xmin has 32 bits; the rest
-- is that of the newest transaction it can be.
select count(*)
from {relation} as r
cross join (
    select pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 as newest
) as now
cross join
    lateral (
        select
            (
                now.newest - ((now.newest - r.xmin::text::bigint) & 4294967295)
            )::text::xid8 as xid
    ) as w
where
    w.xid <> r._xid
    and exists (
        select from unnest(cast({snapshots} as pg_snapshot[])) as s (snapshot)
        where
            reference.is_unseen(w.xid, s.snapshot)
            and not reference.is_unseen(r._xid, s.snapshot)
    )
