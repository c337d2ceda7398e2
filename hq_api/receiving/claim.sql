-- In the order of digests, so that two who claim the same ones wait for each other in one order.
insert into raw.idempotency_keys as r (digest, fingerprint, answer, expires_at)
select
    c.digest,
    c.fingerprint,
    c.answer::jsonb as answer,
    now() + make_interval(secs => c.seconds) as expires_at
from
    unnest(
        %(digests)s::bytea[],
        %(fingerprints)s::bytea[],
        %(answers)s::text[],
        %(seconds)s::float8[]
    ) as c (digest, fingerprint, answer, seconds)
order by c.digest
on conflict (digest) do update
    set
        fingerprint = excluded.fingerprint,
        answer = excluded.answer,
        expires_at = excluded.expires_at
    where r.expires_at <= now()
returning digest
