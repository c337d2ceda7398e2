-- That something was sent, when and to whom stays; of whom it was does not.
update raw.outbound_deliveries as d set
    body = '{}',
    entity_key = '',
    dedupe_key = 'erased ' || d.id,
    row_id = null,
    error = null,
    state = case when d.state in ('pending', 'in_flight') then 'suppressed' else d.state end,
    changed_at = clock_timestamp()
where
    d.entity_key = any(%(urls)s)
    or d.row_id in (
        select e.id from erased_rows as e
        where e.raw_table = 'salesnav_scrapes'
    )
