-- What was received by HTTP: a row of the ledger for each API key, workflow and hour, and what is
-- remembered of each request or record, so that one that is sent again lands once.

alter table raw.loads add column _requests bigint;
comment on table raw.loads is
'The ledger: one row per file that was loaded, written in the transaction of its records, and one '
'per API key, workflow and hour in which records were received by HTTP, added to in theirs.';
comment on column raw.loads.file_name is
'The file; of what was received by HTTP, http: and the name of the API key.';
comment on column raw.loads.file_sha256 is
'SHA-256 of what is in the file; of what was received by HTTP, of key, workflow and hour.';
comment on column raw.loads.bytes is
'Size of the file; of what was received by HTTP, of all bodies, decompressed.';
comment on column raw.loads._requests is
'Requests by HTTP that landed a record or had one refused; NULL for a file.';
comment on column raw.rejects.line is
'Line of the file on which the record begins, from 1; of what was received by HTTP, the number of '
'the record within its hour.';
comment on column raw.rejects._offset is
'Where the record begins in the decompressed file, in bytes, or its number within its hour, as '
'line; NULL for a line of a table.';

create table raw.idempotency_keys (
    digest bytea primary key,
    fingerprint bytea not null,
    answer jsonb,
    expires_at timestamptz not null
);
create index idx_raw_idempotency_keys_expires_at on raw.idempotency_keys (expires_at);
comment on table raw.idempotency_keys is
'What tells deliveries by HTTP apart, so that what is sent again lands once. One row per key that '
'a sender gave, and per record that came without one; old ones are deleted by later requests.';
comment on column raw.idempotency_keys.digest is
'SHA-256 of the API key''s name and what its sender gave, or of workflow and record.';
comment on column raw.idempotency_keys.fingerprint is
'SHA-256 of what came under it: anything else under it is a conflict.';
comment on column raw.idempotency_keys.answer is
'What was answered, without the key of the record: ids in raw.';
comment on column raw.idempotency_keys.expires_at is
'From when on it is as if it had never been.';
