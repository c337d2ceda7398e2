insert into raw.loads (
    id,
    file_name,
    file_sha256,
    bytes,
    workflow_slug,
    records,
    landed,
    rejected,
    forced,
    tool_version
)
values (
    %(id)s, %(file_name)s, %(sha256)s, %(bytes)s, %(slug)s, 0, 0, 0, %(forced)s, %(version)s
)
