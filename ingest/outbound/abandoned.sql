-- Records of a sender that is gone, in the middle of a request: nobody knows whether they arrived.
update raw.outbound_deliveries set
    state = case when %(is_sent_again)s then 'pending' else 'unknown' end,
    error = 'the sender ended before the answer came',
    changed_at = clock_timestamp()
where destination = %(destination)s and state = 'in_flight'
returning id
