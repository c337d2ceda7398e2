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

-- What tells a tombstone. A session brings the key as hq.privacy_key, the two padded blocks of HMAC
-- in hexadecimal (ingest/postgres/privacy_key.py).

-- HMAC-SHA-256 by RFC 2104: H(outer block || H(inner block || message)). One expression, so that
-- the planner puts it in place of the call.
create function privacy.digest_by(blocks text, kind text, form text) returns bytea
language sql stable parallel safe
return sha256(
    decode(right(blocks, 128), 'hex')
    || sha256(decode(left(blocks, 128), 'hex') || convert_to(kind || ':' || form, 'UTF8'))
);
comment on function privacy.digest_by(text, text, text) is
'Keyed hash of an identifier: kind and normal form.';
create function privacy.digest(kind text, form text) returns bytea
language sql stable parallel safe
return privacy.digest_by(current_setting('hq.privacy_key'), kind, form);
comment on function privacy.digest(text, text) is
'Keyed hash of an identifier, by the newest key of the session.';

create function privacy.is_tombstone(kind text, form text, scopes text[]) returns boolean
language plpgsql stable parallel safe
as $$
declare
    blocks text;
begin
    if form is null then
        return false;
    end if;
    foreach blocks in array
        current_setting('hq.privacy_key')
        || string_to_array(nullif(current_setting('hq.privacy_older', true), ''), ' ')
    loop
        if exists (
            select from privacy.tombstones as t
            where
                t.digest = privacy.digest_by(blocks, is_tombstone.kind, is_tombstone.form)
                and t.scope = any(scopes)
        ) then
            return true;
        end if;
    end loop;
    return false;
end
$$;
comment on function privacy.is_tombstone(text, text, text[]) is
'Whether an identifier is that of somebody who asked, by any key of the session.';

create function privacy.key_fault() returns text
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    missing integer;
begin
    if not exists (select from privacy.tombstones) then
        return null;
    end if;
    if coalesce(current_setting('hq.privacy_key', true), '') = '' then
        return 'people are suppressed here, and there is no key to know them by; '
            'set HQ_PRIVACY_KEY_FILE to the key file';
    end if;
    select min(k.version) into missing
    from privacy.keys as k
    where
        k.version in (select t.key_version from privacy.tombstones as t)
        and not exists (
            select from unnest(
                current_setting('hq.privacy_key')
                || string_to_array(nullif(current_setting('hq.privacy_older', true), ''), ' ')
            ) as blocks
            where privacy.digest_by(blocks, 'proof', k.version::text) = k.proof
        );
    if missing is not null then
        return format(
            'people are suppressed here by version %s of a key that is not in the key file; '
            'set HQ_PRIVACY_KEY_FILE to the file that has it',
            missing
        );
    end if;
    return null;
end
$$;
comment on function privacy.key_fault() is
'What is wrong with the session''s key, in words; NULL if nothing is, or no key is needed.';

create function privacy.phone_digits(given text) returns text language sql immutable parallel safe
return case
    when length(regexp_replace(given, '[^0-9]+', '', 'g')) >= 5
        then ltrim(regexp_replace(given, '[^0-9]+', '', 'g'), '0')
end;
comment on function privacy.phone_digits(text) is
'A phone number as tombstones know it: digits, without zeros in front.';

-- A part is not written out, or not written at all: A. Lintel, Ada B. Lintel, Ada.
create function privacy.is_other_name(name_key text, names text[]) returns boolean
language sql immutable parallel safe
as $$
    select name_key <> '' and not exists (
        select from unnest(names) as n (name)
        cross join
            lateral (
                select
                    rtrim(split_part(name_key, ' ', 1), '.') as one,
                    rtrim(split_part(n.name, ' ', 1), '.') as other
            ) as f
        where
            left(f.one, 1) = left(f.other, 1)
            and (f.one = f.other or 1 in (length(f.one), length(f.other)))
            and (
                strpos(name_key, ' ') = 0
                or strpos(n.name, ' ') = 0
                or split_part(name_key, ' ', -1) = split_part(n.name, ' ', -1)
            )
    )
$$;
comment on function privacy.is_other_name(text, text[]) is
'Whether a name, in its comparing form, cannot be meant for one of some names.';

-- A name is no key: somebody who is known, and came later, may bear it.
create function privacy.is_name_of_erased(name_key text) returns boolean
language plpgsql stable
as $$
begin
    if not privacy.is_tombstone('name', name_key, array['erased']) then
        return false;
    end if;
    if to_regclass('core.people') is null then
        return true;
    end if;
    return not exists (
        select from core.people as p where p._name_key = is_name_of_erased.name_key
    );
end
$$;
comment on function privacy.is_name_of_erased(text) is
'Whether a name, in its comparing form, is that of somebody who was erased and of nobody who is '
'known.';

-- In JSON, and in JSON within a string of it, a break is written out: what follows one would seem
-- part of a longer word. So are slashes, and angles by some writers.
create function privacy.searchable(given text) returns text
language sql immutable parallel safe
return case
    when strpos(given, '\') = 0 then given
    else regexp_replace(
        regexp_replace(given, '\\+/', '/', 'g'), '\\+([nrtbf]|u00[0-7][0-9a-fA-F])', ' ', 'g'
    )
end;
comment on function privacy.searchable(text) is
'A text in which what JSON writes out for breaks and slashes is a blank and a slash.';

-- Between the words of a name stand blanks, the separators of a line of CSV, or the next member's
-- key; jsonb has the last name's member before the first one's (ingest/privacy/identity.py has the
-- same).
create function privacy.pattern_of(strings text[]) returns text
language sql immutable parallel safe
as $$
    select
        string_agg(
            regexp_replace(
                e.string,
                '\s+',
                '(?:[\\s,;|"''\\\\[:cntrl:]]|\\\\+[nrt])+(?:[\\w .-]{1,40}\\\\*"\\s*:[\\s"\\\\]*)?',
                'g'
            )
            || coalesce(
                '|'
                || substring(e.string from '\s(\S+)$')
                || '[\s"\\]*,[\s"\\]*(?:first|given)[ _]?name\\*"\s*:[\s"\\]*'
                || substring(e.string from '^(.*\S)\s+\S+$'),
                ''
            ),
            '|' order by length(e.string) desc, e.string collate "C"
        )
    from unnest(strings) as s (string)
    cross join
        lateral (
            select
                replace(
                    regexp_replace(s.string, '([][\\.^$*+?(){}|-])', '\\\1', 'g'), '/', '\\*/'
                ) as string
        ) as e
$$;
comment on function privacy.pattern_of(text[]) is
'A pattern that matches any of some strings, whatever is between their words.';

-- What JSON writes out for a break is no part of the word behind it: a mark that is in no text sets
-- it apart meanwhile.
create function privacy.redacted_text(given text, pattern text) returns text
language sql immutable parallel safe
return case
    when strpos(given, '\') = 0
        then regexp_replace(
            given, '(?<![[:alnum:]])(?:' || pattern || ')(?![[:alnum:]])', '[redacted]', 'gi'
        )
    else replace(
        regexp_replace(
            regexp_replace(
                given, '(\\+(?:[nrtbf]|u00[0-7][0-9a-fA-F]))', '\1' || chr(1), 'g'
            ),
            '(?<![[:alnum:]])(?:' || pattern || ')(?![[:alnum:]])',
            '[redacted]',
            'gi'
        ),
        chr(1),
        ''
    )
end;
comment on function privacy.redacted_text(text, text) is
'A text in which what a pattern matches is [redacted].';
