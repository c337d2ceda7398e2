-- Of one expression, so that the planner puts it in the place of each call: an index on the row's
-- transaction serves the first two comparisons. The snapshot of which nothing was seen ends at 1.
select
    written_by >= pg_snapshot_xmin(seen)
    and written_by < case
        when pg_snapshot_xmax(seen) = '1' then '18446744073709551615'
        else pg_snapshot_xmax(pg_current_snapshot())
    end
    and not pg_visible_in_snapshot(written_by, seen)
