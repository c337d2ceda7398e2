-- The next records of a job. Who failed before waits for the others.
select
    id,
    entity_key,
    row_id,
    body
from raw.outbound_deliveries
where
    job_id = %(job)s
    and state = 'pending'
    and (next_attempt_at is null or next_attempt_at <= clock_timestamp())
order by next_attempt_at nulls first, number
limit %(limit)s
for update
