select
    id,
    line,
    _offset,
    record,
    _workflow_slug
from raw.rejects
where
    load_id = %(load)s
    and _landed_by is null
    and _is_whole
    and _offset > %(offset)s
order by _offset
limit %(limit)s
