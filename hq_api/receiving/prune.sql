delete from raw.http_receipts
where digest in (
    select digest from raw.http_receipts
    where expires_at <= now()
    order by expires_at
    limit %(limit)s
    for update skip locked
)
