-- Rows that bear the stamp of another transaction than wrote them become new to every model. The
-- xmin of a row has 32 bits; what was written behind a savepoint is restamped, too, and read twice.
update {relation} as r
set _xid = pg_current_xact_id()
where r.xmin::text::bigint <> (r._xid::text::numeric % 4294967296)
