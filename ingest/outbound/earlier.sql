-- What became of records before, at a destination.
select
    dedupe_key,
    bool_or(state in ('pending', 'in_flight')) as is_under_way,
    bool_or(state = 'unknown') as is_in_doubt,
    bool_or(state = 'sent') as is_sent,
    coalesce(
        max(sent_at) >= now() - make_interval(secs => %(within)s::double precision), false
    ) as is_recent,
    coalesce(
        (
            array_agg(state = 'failed' order by changed_at desc, id desc)
            filter (where state in ('sent', 'failed'))
        )[1],
        false
    ) as has_failed,
    coalesce(array_agg(error) filter (where state in ('skipped', 'suppressed')), '{}') as barred
from raw.outbound_deliveries
where destination = %(destination)s and dedupe_key = any(%(keys)s)
group by dedupe_key
