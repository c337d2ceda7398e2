-- Records of a sender that is gone, in the middle of a request: nobody knows whether they arrived.
-- Who cancels a job locks it first.
with jobs as (
    select
        id,
        status
    from raw.email_waterfall_jobs
    where
        id in (
            select o.job_id from raw.outbound_deliveries as o
            where o.destination = %(destination)s and o.state = 'in_flight'
        )
    for update
)

update raw.outbound_deliveries as d set
    state = case
        when not %(is_sent_again)s then 'unknown'
        when j.status = 'cancelled' then 'skipped'
        else 'pending'
    end,
    error = case
        when %(is_sent_again)s and j.status = 'cancelled' then 'the job was cancelled'
        else 'the sender ended before the answer came'
    end,
    changed_at = clock_timestamp()
from jobs as j
where d.job_id = j.id and d.destination = %(destination)s and d.state = 'in_flight'
returning d.state
