-- Records of a job that go again on request; not those that are on their way by another job, or
-- that one has sent: of what was to be sent once more, a later one.
update raw.outbound_deliveries as d set
    state = 'pending',
    attempts = 0,
    next_attempt_at = null,
    changed_at = clock_timestamp()
where
    d.job_id = %(job)s
    and d.state = %(state)s
    -- of whom it was is erased; a row of Sales Navigator may have no profile
    and (d.entity_key <> '' or d.row_id is not null)
    and not exists (
        select from raw.outbound_deliveries as o
        where
            o.destination = d.destination
            and o.dedupe_key = d.dedupe_key
            and o.id <> d.id
            and (
                o.state in ('pending', 'in_flight')
                or (o.state in ('sent', 'unknown') and (o.id > d.id or not d.forced))
            )
    )
