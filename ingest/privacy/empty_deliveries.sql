-- That something was sent, when and to whom stays; of whom it was does not. What is in flight may
-- arrive, so that nobody knows. What is still to be sent, or on its way, is also known by an
-- address or number anywhere in it: without these the sender could not tell of whom it is.
update raw.outbound_deliveries as d set
    body = '{}',
    entity_key = '',
    dedupe_key = 'erased ' || d.id,
    row_id = null,
    error = null,
    state = case d.state
        when 'pending' then 'suppressed'
        when 'in_flight' then 'unknown'
        else d.state
    end,
    changed_at = clock_timestamp()
where
    d.entity_key = any(%(urls)s)
    or privacy.profile_of(d.entity_key) = any(%(urls)s)
    or raw.urn_key(d.entity_key) = any(%(urns)s::text[])
    or d.row_id in (
        select e.id from erased_rows as e
        where e.raw_table = 'salesnav_scrapes'
    )
    or (
        d.state in ('pending', 'in_flight')
        and (
            privacy.searchable(d.body::text) ~* %(contacts)s::text
            or 'https://www.linkedin.com/in/'
            || substring(d.body ->> 'linkedin_user_profile_urn' from 'AC[ow]AA[A-Za-z0-9_-]+')
            = any(%(urls)s)
        )
    )
