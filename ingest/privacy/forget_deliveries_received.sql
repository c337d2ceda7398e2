-- What was delivered by HTTP may be delivered again, and is suppressed then. Where others' records
-- came with it the same request is answered as it was, but for what is gone.
with gone as (
    select e.id::text as id from erased_rows as e
),

answered as (
    select
        k.digest,
        jsonb_agg(
            case
                when a.answer ->> 'id' in (select g.id from gone as g)
                    then '{"status": 200, "suppressed": true}'
                else a.answer
            end
            order by a.n
        ) as answer,
        bool_and(a.answer ->> 'id' in (select g.id from gone as g)) as is_all
    from raw.idempotency_keys as k
    cross join
        lateral jsonb_array_elements(
            case when jsonb_typeof(k.answer) = 'array' then k.answer else '[]' end
        ) with ordinality as a (answer, n)
    group by k.digest
    having bool_or(a.answer ->> 'id' in (select g.id from gone as g))
),

forgotten as (
    delete from raw.idempotency_keys as k
    using answered as a
    where k.digest = a.digest and a.is_all
)

update raw.idempotency_keys as k set answer = a.answer
from answered as a
where k.digest = a.digest and not a.is_all
