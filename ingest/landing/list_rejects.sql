select
    r.id,
    r.load_id,
    l.file_name,
    r.line,
    r.reason,
    r.detail,
    r.record,
    r._is_open and r._is_whole and r._offset is not null as can_retry,
    r._settled_at,
    r._settled_why
from raw.rejects as r
inner join raw.loads as l on r.load_id = l.id
where
    case when %(settled)s then r._settled_at is not null else r._is_open end
    and (%(load)s::uuid is null or r.load_id = %(load)s)
order by l.started_at desc, r.load_id desc, r.line, r.id
limit %(limit)s
