insert into raw.loads as l (
    id,
    file_name,
    file_sha256,
    bytes,
    workflow_slug,
    records,
    landed,
    rejected,
    cleaned,
    suppressed,
    tool_version,
    _requests
)
values (
    %(id)s,
    %(file_name)s,
    %(sha256)s,
    %(bytes)s,
    %(slug)s,
    %(records)s,
    %(landed)s,
    %(rejected)s,
    %(cleaned)s,
    %(suppressed)s,
    %(version)s,
    1
)
on conflict (id) do update
    set
        bytes = l.bytes + excluded.bytes,
        records = l.records + excluded.records,
        landed = l.landed + excluded.landed,
        rejected = l.rejected + excluded.rejected,
        cleaned = l.cleaned + excluded.cleaned,
        suppressed = l.suppressed + excluded.suppressed,
        finished_at = clock_timestamp(),
        tool_version = excluded.tool_version,
        _requests = l._requests + 1
returning records
