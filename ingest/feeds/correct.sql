update {table} as r
set
    {assignments},
    updated_at = now(),
    _load_id = %(load)s,
    _xid = pg_current_xact_id()
from matched as m
where r.id = m.known_id and ({is_values}) is distinct from ({becomes})
returning r.id
