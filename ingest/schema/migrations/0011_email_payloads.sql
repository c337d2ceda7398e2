-- What e-mail finders answer. Their records know a person by the LinkedIn URL, or by name and
-- employer alone, so the key may be missing.
create table raw.email_payloads (
    id uuid primary key default raw.new_id(),
    linkedin_url text,
    first_name text,
    last_name text,
    full_name text,
    company_domain text,
    workflow_slug text not null,
    provider text not null,
    platform text not null,
    payload_type text not null,
    raw_payload jsonb not null,
    created_at timestamptz default now(),
    _is_object boolean generated always as (jsonb_typeof(raw_payload) = 'object') stored,
    _last_refresh text generated always as (raw_payload ->> 'last_refresh') stored,
    _load_id uuid,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_email_payloads_xid on raw.email_payloads (_xid);
comment on table raw.email_payloads is
'Payloads of e-mail finders. One row per record that was received.';

create trigger stamp_updated_row before update on raw.email_payloads
for each row execute function raw.stamp_updated_row();
create trigger stamp_foreign_row after insert on raw.email_payloads
for each row when (new._xid <> pg_current_xact_id())
execute function raw.stamp_foreign_row();
alter table raw.email_payloads
enable always trigger stamp_updated_row,
enable always trigger stamp_foreign_row;
