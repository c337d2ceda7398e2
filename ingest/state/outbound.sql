-- What is sent out: open, in doubt, without a result for long, and jobs that wait for somebody.
select
    d.open,
    d.doubtful,
    d.awaited,
    j.paused
from (
    select
        count(*) filter (where state in ('pending', 'in_flight')) as open,
        count(*) filter (where state = 'unknown') as doubtful,
        count(*) filter (
            where
            state = 'sent'
            and result_id is null
            and sent_at < now() - make_interval(days => %(days)s)
        ) as awaited
    from raw.outbound_deliveries
) as d
cross join (
    select count(*) as paused from raw.email_waterfall_jobs
    where status = 'paused'
) as j
