-- Rows that came back for what was sent out. Two loads lock the deliveries in one order.
with results as (
    select distinct on (r.delivery_id)
        r.delivery_id,
        r.result_table,
        r.row_id
    from
        unnest(
            %(deliveries)s::uuid[], %(tables)s::text[], %(rows)s::uuid[]
        ) as r (delivery_id, result_table, row_id)
    order by r.delivery_id, r.row_id
),

locked as (
    select
        d.id,
        r.result_table,
        r.row_id
    from raw.outbound_deliveries as d
    inner join results as r on d.id = r.delivery_id
    -- of somebody erased nothing is kept
    where d.result_id is null and d.dedupe_key <> 'erased ' || d.id
    order by d.id
    for update of d
)

update raw.outbound_deliveries as d set
    result_table = l.result_table,
    result_id = l.row_id,
    result_at = clock_timestamp()
from locked as l
where d.id = l.id
