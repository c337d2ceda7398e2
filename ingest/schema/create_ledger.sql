create schema if not exists raw;
comment on schema raw is
'What was received, as it was received: written by ingest, append-only.';
create table raw.migrations (
    number integer primary key,
    name text not null,
    applied_at timestamptz not null default now(),
    tool_version text not null
);
comment on table raw.migrations is
'Which migrations of the raw schema were applied, when, and by which release of ingest.';
