-- A record of somebody who is erased, as ingest privacy erase leaves those it finds.
update raw.outbound_deliveries set
    state = 'suppressed',
    body = '{}',
    entity_key = '',
    dedupe_key = 'erased ' || id,
    row_id = null,
    error = null,
    next_attempt_at = null,
    changed_at = clock_timestamp()
where id = %(id)s
