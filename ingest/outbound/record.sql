-- What came of a request, for the records it took; what a later sender made of them stays. Who
-- cancels a job locks it first, and takes what waits only. Of whom a record was that was erased
-- meanwhile nobody says anything, and it does not go again.
with job as (
    select
        id,
        status = 'cancelled' as is_cancelled
    from raw.email_waterfall_jobs
    where id = %(job)s
    for update
)

update raw.outbound_deliveries as d set
    state = case
        when %(state)s = 'pending' and d.dedupe_key = 'erased ' || d.id then 'unknown'
        when %(state)s = 'pending' and d.attempts >= %(most_attempts)s then 'failed'
        when %(state)s = 'pending' and j.is_cancelled then 'skipped'
        else %(state)s
    end,
    sent_at = case when %(state)s = 'sent' then clock_timestamp() end,
    changed_at = clock_timestamp(),
    http_status = %(status)s,
    error = case
        when d.dedupe_key = 'erased ' || d.id then null
        when %(state)s = 'pending' and d.attempts >= %(most_attempts)s
            then concat('given up after ', d.attempts, ' attempts: ', %(error)s::text)
        when %(state)s = 'pending' and j.is_cancelled then 'the job was cancelled'
        else %(error)s
    end,
    next_attempt_at = case
        when
            %(state)s = 'pending'
            and d.attempts < %(most_attempts)s
            and not j.is_cancelled
            and d.dedupe_key <> 'erased ' || d.id
            then
                clock_timestamp()
                + least(%(longest)s, %(first)s * 2 ^ (d.attempts - 1))
                * (0.5 + random() / 2) * interval '1 second'
    end
from job as j
where
    d.job_id = j.id
    and d.request_id = %(request)s
    and d.state in ('in_flight', 'unknown')
returning d.row_id, d.sent_at
