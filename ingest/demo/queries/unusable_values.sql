select
    raw_table,
    field,
    left(value, 40) as value,
    reason,
    raw_payload_id
from extracted.extraction_issues
order by raw_table collate "C", field collate "C", raw_payload_id
