-- Which columns the files of table feeds had, and how often they were filled: a header that is
-- missing one day, or that no column takes, shows in api.payload_fields. Names only, no cells.
create table raw.load_headers (
    id uuid primary key default raw.new_id(),
    load_id uuid not null references raw.loads,
    workflow_slug text not null,
    header text not null,
    column_name text,
    rows bigint not null,
    filled bigint not null,
    created_at timestamptz not null default now(),
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id(),
    constraint load_headers_stand_once unique (load_id, header),
    constraint load_headers_counts_fit check (filled between 0 and rows)
);
create index idx_raw_load_headers_xid on raw.load_headers (_xid);
create index idx_raw_load_headers_receipt on raw.load_headers
using brin (((coalesce(created_at, _received_at) at time zone 'UTC')::date))
with (autosummarize = on);
comment on table raw.load_headers is
'The headers of the files of table feeds, or the keys of their records where these came as JSON, '
'written in the transaction of the load. One row per load and header.';
comment on column raw.load_headers.load_id is
'The load.';
comment on column raw.load_headers.workflow_slug is
'The workflow of the load.';
comment on column raw.load_headers.header is
'The header, as the feed writes it; one that no column takes in small letters.';
comment on column raw.load_headers.column_name is
'The column of the raw table that took its cells; NULL if none did.';
comment on column raw.load_headers.rows is
'Rows of the file, those included that were rejected.';
comment on column raw.load_headers.filled is
'Rows in which the cell held more than a null marker; 0 where no column took it.';
comment on column raw.load_headers.created_at is
'Receipt.';
create trigger stamp_updated_row before update on raw.load_headers
for each row execute function raw.stamp_updated_row();
create trigger stamp_foreign_row after insert on raw.load_headers
for each row when (new._xid <> pg_current_xact_id()) execute function raw.stamp_foreign_row();
alter table raw.load_headers
enable always trigger stamp_updated_row, enable always trigger stamp_foreign_row;

-- The payloads of a day are read together, so they are looked up by the day of their receipt. Rows
-- lie in its order, so that ranges of pages are index enough, and cost a writer nothing.
do $$
declare
    relation record;
begin
    for relation in
        select c.oid::regclass as name, c.relname from pg_class as c
        inner join pg_attribute as p on c.oid = p.attrelid and p.attname = 'raw_payload'
        where
            c.relnamespace = 'raw'::regnamespace
            and c.relkind in ('r', 'p')
            and not starts_with(c.relname, '_')
    loop
        execute format(
            'create index %I on %s using brin'
            ' (((coalesce(created_at, _received_at) at time zone ''UTC'')::date))'
            ' with (autosummarize = on)',
            'idx_raw_' || relation.relname || '_receipt',
            relation.name
        );
    end loop;
end
$$;
