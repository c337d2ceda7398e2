insert into raw.loads (
    id,
    file_name,
    file_sha256,
    bytes,
    workflow_slug,
    records,
    landed,
    rejected,
    tool_version,
    _retry_of
)
select
    %(id)s as id,
    l.file_name,
    l.file_sha256,
    coalesce(sum(octet_length(r.record)), 0) as bytes,
    l.workflow_slug,
    0 as records,
    0 as landed,
    0 as rejected,
    %(version)s as tool_version,
    l.id as retry_of
from raw.loads as l
left join raw.rejects as r
    on
        l.id = r.load_id
        and r._is_open
        and r._is_whole
        and r._offset is not null
where l.id = %(of)s
group by l.id
