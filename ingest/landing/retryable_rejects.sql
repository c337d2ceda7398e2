select
    id,
    line,
    _offset,
    record,
    _workflow_slug
from raw.rejects
where
    load_id = %(load)s
    and _is_open
    and _is_whole
    and _offset > %(offset)s
    and _offset <= %(until)s
order by _offset
limit %(limit)s
