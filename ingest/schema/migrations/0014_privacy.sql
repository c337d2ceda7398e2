-- People who asked to be erased, or not to be written to: tombstones, which are keyed hashes, and
-- the audit. The key is never in the database.
do $$
begin
    -- asked first: "if not exists" needs a right on the database even where it does nothing
    if to_regnamespace('privacy') is null then
        create schema privacy;
    end if;
end
$$;
comment on schema privacy is
'Who asked to be erased or not to be written to, as keyed hashes, and what was done for them.';

create table privacy.keys (
    version integer primary key,
    proof bytea not null,
    used_since timestamptz not null default now()
);
comment on table privacy.keys is
'Which keys tombstones were made with, without the keys. One row per version.';
comment on column privacy.keys.version is 'As the key file says.';
comment on column privacy.keys.proof is 'The digest of a fixed text, by which another key is told.';
comment on column privacy.keys.used_since is 'When the first tombstone was made with it.';

create table privacy.tombstones (
    id uuid primary key default raw.new_id(),
    digest bytea not null,
    kind text not null,
    scope text not null,
    case_ref text not null,
    key_version integer not null references privacy.keys,
    created_at timestamptz not null default now(),
    constraint tombstones_scope check (scope in ('erased', 'do_not_contact')),
    constraint tombstones_kind check (kind in ('linkedin', 'email', 'phone', 'name_at', 'name')),
    constraint tombstones_stand_once unique (digest, scope, case_ref)
);
create index idx_privacy_tombstones_kind on privacy.tombstones (kind);
comment on table privacy.tombstones is
'What is known of people who asked: keyed hashes, no clear text. One row per identifier, scope and '
'case.';
comment on column privacy.tombstones.digest is
'HMAC-SHA-256 of kind and normal form.';
comment on column privacy.tombstones.kind is
'linkedin: slug or member id; email; phone: digits; name_at: name and employer; name: in texts.';
comment on column privacy.tombstones.scope is
'erased: nothing of the person is kept; do_not_contact: kept, and never written to.';
comment on column privacy.tombstones.case_ref is 'The case, in the words of whoever handled it.';
comment on column privacy.tombstones.key_version is 'The key it was made with.';
comment on column privacy.tombstones.created_at is 'When.';

create table privacy.audit (
    id uuid primary key default raw.new_id(),
    at timestamptz not null default now(),
    action text not null,
    case_ref text,
    by_login text not null default session_user,
    counts jsonb not null default '{}',
    found_afterwards jsonb,
    tool_version text not null
);
comment on table privacy.audit is
'What was done, and nothing of whom. One row per command that changed or gave out something.';
comment on column privacy.audit.at is 'When.';
comment on column privacy.audit.action is
'export, erase, suppress, lift, replay, retain, search.';
comment on column privacy.audit.case_ref is 'The case.';
comment on column privacy.audit.by_login is 'Who: the login.';
comment on column privacy.audit.counts is 'Rows by table.';
comment on column privacy.audit.found_afterwards is
'What the search of all texts found when all was done, by table; NULL if it did not end.';
comment on column privacy.audit.tool_version is 'The release.';

create table privacy.erased_people (
    id uuid primary key,
    erased_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
comment on table privacy.erased_people is
'Ids that people had in core, for programs that keep copies (api.changes). They are made of the '
'profile''s address, so ingest privacy retain deletes them after a while. One row per person.';
comment on column privacy.erased_people.id is 'As core.people had it.';
comment on column privacy.erased_people.erased_at is 'When.';
create index idx_privacy_erased_people_xid on privacy.erased_people (_xid);

-- What erased people's payloads said of companies. Companies are no persons, and stay.
create table raw.company_statements (
    id uuid primary key,
    source text not null,
    provider text,
    company_domain text not null,
    said jsonb not null,
    refreshed_at timestamptz,
    created_at timestamptz not null,
    _received_at timestamptz not null default now(),
    _xid xid8 not null default pg_current_xact_id()
);
create index idx_raw_company_statements_xid on raw.company_statements (_xid);
create index idx_raw_company_statements_domain on raw.company_statements (company_domain);
comment on table raw.company_statements is
'What was said of companies in payloads of people who were erased, and nothing of the people. One '
'row per payload and company.';
comment on column raw.company_statements.id is
'A fresh one, which sorts where the payload stood.';
comment on column raw.company_statements.source is 'The source of core.company_observations.';
comment on column raw.company_statements.provider is
'The provider of the payload; NULL for a row of a table.';
comment on column raw.company_statements.company_domain is 'The company, in normal form.';
comment on column raw.company_statements.said is 'Attribute: value, as they were observed.';
comment on column raw.company_statements.refreshed_at is 'When the provider refreshed the payload.';
comment on column raw.company_statements.created_at is 'Receipt of the payload.';
create trigger stamp_updated_row before update on raw.company_statements
for each row execute function raw.stamp_updated_row();
create trigger stamp_foreign_row after insert on raw.company_statements
for each row when (new._xid <> pg_current_xact_id()) execute function raw.stamp_foreign_row();
alter table raw.company_statements
enable always trigger stamp_updated_row, enable always trigger stamp_foreign_row;

-- Records of suppressed people are neither landed nor rejected.
alter table raw.loads add column suppressed bigint not null default 0;
comment on column raw.loads.suppressed is
'Records of people who are erased: neither landed nor kept as rejects.';
alter table raw.loads drop constraint loads_counts_add_up;
alter table raw.loads add constraint loads_counts_add_up
check (records = landed + rejected + suppressed);
comment on column raw.loads.records is
'Records found in the file: landed, rejected and suppressed.';

-- Which payloads lack what was said of a person who was erased.
do $$
declare
    relation regclass;
begin
    for relation in
        select c.oid::regclass from pg_class as c
        where
            c.relnamespace = 'raw'::regnamespace
            and c.relkind in ('r', 'p')
            and not starts_with(c.relname, '_')
            and c.relname = any(array[
                'company_payloads', 'company_discovery', 'person_payloads', 'person_discovery',
                'email_payloads', 'icp_payloads', 'company_customer_claygent_payloads',
                'case_study_extraction_payloads', 'salesnav_scrapes', 'manual_company_customers',
                'vc_firms', 'vc_portfolio_companies', 'vc_crunchbase_portfolios'
            ])
    loop
        execute format('alter table %s add column _redacted_at timestamptz', relation);
        execute format(
            'comment on column %s._redacted_at is %L',
            relation,
            'When something said of a person who was erased was taken out; NULL if nothing was.'
        );
    end loop;
end
$$;
