-- Jobs, newest first, with the states of their deliveries.
select
    j._number as number,
    j.id,
    coalesce(j._kind, 'unknown') as kind,
    j.clay_webhook_url as destination,
    j.status,
    j._reason as reason,
    j.created_at,
    j.completed_at,
    j.total_records,
    j.sent_count,
    j.failed_count,
    j.total_records - j.sent_count - j.failed_count as open_count,
    d.states,
    d.awaited,
    d.oldest_awaited_at,
    now() as at
from raw.email_waterfall_jobs as j
cross join
    lateral (
        select
            coalesce(jsonb_object_agg(s.state, s.n), '{{}}') as states,
            coalesce(sum(s.awaited), 0)::bigint as awaited,
            min(s.oldest) as oldest_awaited_at
        from (
            select
                o.state,
                count(*) as n,
                count(*) filter (where o.state = 'sent' and o.result_id is null) as awaited,
                min(o.sent_at) filter (where o.state = 'sent' and o.result_id is null) as oldest
            from raw.outbound_deliveries as o
            where o.job_id = j.id
            group by o.state
        ) as s
    ) as d
where {condition}  -- noqa: RF02
order by j._number desc
limit %(limit)s
