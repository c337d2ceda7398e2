-- What came of a request, for the records it took; what a later sender made of them stays.
update raw.outbound_deliveries set
    state = case
        when %(state)s = 'pending' and attempts >= %(most_attempts)s then 'failed'
        else %(state)s
    end,
    sent_at = case when %(state)s = 'sent' then clock_timestamp() end,
    changed_at = clock_timestamp(),
    http_status = %(status)s,
    error = case
        when %(state)s = 'pending' and attempts >= %(most_attempts)s
            then concat('given up after ', attempts, ' attempts: ', %(error)s::text)
        else %(error)s
    end,
    next_attempt_at = case
        when %(state)s = 'pending' and attempts < %(most_attempts)s
            then
                clock_timestamp()
                + least(%(longest)s, %(first)s * 2 ^ (attempts - 1))
                * (0.5 + random() / 2) * interval '1 second'
    end
where request_id = %(request)s and state in ('in_flight', 'unknown')
returning row_id, sent_at
