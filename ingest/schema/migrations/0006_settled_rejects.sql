-- A reject that nobody will load any more is kept, and counts as open no longer.
alter table raw.rejects
add column _settled_at timestamptz,
add column _settled_why text,
add constraint rejects_settled_with_a_reason
check ((_settled_at is null) = (_settled_why is null));
alter table raw.rejects
add column _is_open boolean not null
generated always as (_landed_by is null and _settled_at is null) stored;
comment on column raw.rejects._settled_at is
'When somebody settled the reject; NULL as long as nobody has.';
comment on column raw.rejects._settled_why is 'Why, in the words of whoever settled it.';
comment on column raw.rejects._is_open is 'The record has not landed since, and is not settled.';
comment on column raw.rejects._landed_by is 'The retry that landed the record; NULL if none has.';
drop index raw.idx_raw_rejects_open;
create index idx_raw_rejects_open on raw.rejects (load_id, _offset) where _is_open;
