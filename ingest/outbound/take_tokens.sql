-- Take tokens for some records, if there are as many and the destination wants to be asked. A clock
-- that goes back gives none, one that leaps no more than the burst.
with bucket as (
    select
        name,
        least(
            %(burst)s,
            tokens
            + %(rate)s
            * greatest(0, extract(epoch from clock_timestamp() - refilled_at)::double precision)
        ) as tokens,
        coalesce(
            greatest(0, extract(epoch from blocked_until - clock_timestamp())::double precision), 0
        ) as blocked,
        submitted
    from raw.outbound_destinations
    where name = %(name)s
    for update
),

taken as (
    update raw.outbound_destinations as d set
        tokens = b.tokens - %(wanted)s,
        refilled_at = clock_timestamp(),
        submitted = b.submitted + %(wanted)s
    from bucket as b
    where
        d.name = b.name
        and b.blocked = 0
        and b.tokens >= %(wanted)s
        and (%(lifetime)s::bigint is null or b.submitted + %(wanted)s <= %(lifetime)s)
    returning d.name
)

select
    t.name is not null as is_taken,
    b.submitted,
    greatest(b.blocked, (%(wanted)s - b.tokens) / %(rate)s) as wait,
    b.blocked
from bucket as b
left join taken as t on b.name = t.name
