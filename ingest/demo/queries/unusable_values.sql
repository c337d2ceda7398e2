select
    raw_table,
    field,
    left(value, 40) as value,
    reason,
    raw_payload_id
from extracted.extraction_issues
order by raw_table collate ucs_basic, field collate ucs_basic, raw_payload_id
