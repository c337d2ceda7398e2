select
    jsonb_build_object(
        'destination', d.destination, 'state', d.state, 'sent_at', d.sent_at, 'body', d.body
    )
from raw.outbound_deliveries as d
where
    d.entity_key = any(%(urls)s)
    or privacy.profile_of(d.entity_key) = any(%(urls)s)
    or raw.urn_key(d.entity_key) = any(%(urns)s::text[])
    or d.row_id in (
        select e.id from erased_rows as e
        where e.raw_table = 'salesnav_scrapes'
    )
order by d.id
