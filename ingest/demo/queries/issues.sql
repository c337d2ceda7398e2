select
    raw_table,
    field,
    value,
    reason
from extracted.extraction_issues
order by
    row_number() over (partition by raw_table order by field collate "C", value collate "C"),
    raw_table collate "C"
limit %(shown)s
