delete from raw.idempotency_keys
where digest in (
    select digest from raw.idempotency_keys
    where expires_at <= now()
    order by expires_at
    limit %(limit)s
    for update skip locked
)
