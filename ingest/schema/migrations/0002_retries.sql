-- What it takes to try a rejected record again as if it had never been refused.

alter table raw.rejects
add column _offset bigint,
add column _workflow_slug text,
add column _is_whole boolean not null default false,
add column _landed_by uuid references raw.loads;
comment on column raw.rejects._offset is
'Where the record begins in the decompressed file, in bytes; NULL for a line of a table.';
comment on column raw.rejects._workflow_slug is
'Workflow that the batch around the record named; NULL outside of one.';
comment on column raw.rejects._is_whole is
'The text is all of the record, character by character: it was neither too long to keep nor '
'bytes that are no text.';
comment on column raw.rejects._landed_by is
'The retry that landed the record; NULL as long as the reject is open.';
create index idx_raw_rejects_open on raw.rejects (load_id, _offset) where _landed_by is null;

alter table raw.loads
add column _retry_of uuid references raw.loads;
comment on column raw.loads._retry_of is
'The load whose rejects landed with this one; NULL for the load of a file. The counts of the '
'former stay as they were: a record that lands later was rejected once and landed once.';
drop index raw.idx_raw_loads_content;
create unique index idx_raw_loads_content
on raw.loads (file_sha256, coalesce(workflow_slug, '')) where not forced and _retry_of is null;
