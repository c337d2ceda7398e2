create temporary table erased_rows on commit drop as
select
    raw_table,
    raw_payload_id as id,
    workflow_slug,
    (received_at at time zone 'UTC')::date as day,
    -- or before it was withheld: nobody knows
    false as is_counted
from reference.withheld_rows
