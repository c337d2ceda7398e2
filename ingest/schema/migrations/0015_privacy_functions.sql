-- What tells rows of people who are erased, and takes them out. A session brings the key as
-- hq.privacy_key, the two padded blocks of HMAC in hexadecimal (ingest/postgres/privacy_key.py).

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

-- Strings of a text that are those of somebody erased. What there is nothing of, in the text or
-- among the tombstones, is not looked for: patterns and names are dear.
create function privacy.found_in(given text, with_names boolean default true) returns text[]
language plpgsql stable
as $$
declare
    -- dates are no numbers to call
    number constant text := '(?<![0-9-])'
        '(\+?\(?[0-9](?![0-9]{3}-[0-9]{2}-[0-9]{2})[0-9 ()./-]{5,}[0-9])';
    address constant text := '[^\s"''<>\\,;:()\[\]{}]+';
    is_known constant text[] := array['erased'];
    found text[] := '{}';
    words text[];
begin
    if given ~* '/(in|lead|people)/' then
        found := found || array(
            select distinct m[1] from regexp_matches(
                given, '(linkedin\.com/(?:in|sales/lead|sales/people)/[^\s"''<>\\?#,;)\]]+)', 'gi'
            ) as m
            where privacy.is_tombstone(
                'linkedin', reference.linkedin_slug(reference.person_linkedin_url(m[1])), is_known
            )
        );
    end if;
    if strpos(given, 'ACwAA') > 0 or strpos(given, 'ACoAA') > 0 then
        found := found || array(
            select distinct m[1] from regexp_matches(given, '(AC[ow]AA[A-Za-z0-9_-]+)', 'g') as m
            where privacy.is_tombstone('linkedin', m[1], is_known)
        );
    end if;
    if strpos(given, '@') > 0 then
        found := found || array(
            select distinct m[1] from regexp_matches(
                given, '(' || address || '@' || address || ')', 'g'
            ) as m
            where privacy.is_tombstone('email', reference.email_address(rtrim(m[1], '.')), is_known)
        );
    end if;
    if exists (select from privacy.tombstones as t where t.kind = 'phone') then
        found := found || array(
            select distinct m[1] from regexp_matches(given, number, 'g') as m
            where privacy.is_tombstone('phone', privacy.phone_digits(m[1]), is_known)
        );
    end if;
    if with_names and exists (select from privacy.tombstones as t where t.kind = 'name') then
        words := regexp_split_to_array(left(given, 100000), '[\s"<>\\,;:()\[\]{}!?|/]+');
        found := found || array(
            select distinct rtrim(array_to_string(words[w.n:w.n + s.size], ' '), '.')
            from generate_series(1, cardinality(words)) as w (n)
            cross join generate_series(1, 4) as s (size)
            where
                w.n + s.size <= cardinality(words)
                and words[w.n] <> ''
                and privacy.is_tombstone(
                    'name',
                    reference.comparing_form(
                        rtrim(array_to_string(words[w.n:w.n + s.size], ' '), '.')
                    ),
                    is_known
                )
        );
    end if;
    return found;
end
$$;
comment on function privacy.found_in(text, boolean) is
'Strings of a text that are identifiers of somebody who was erased, as they stand there.';

-- As the owner: who adds rows does not see tombstones.
create function privacy.naming_somebody(texts text[]) returns setof bigint
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return query
        select t.n from unnest(texts) with ordinality as t (given, n)
        where cardinality(privacy.found_in(t.given)) > 0;
    end if;
end
$$;
comment on function privacy.naming_somebody(text[]) is
'Which texts, by their places from 1, hold an identifier of somebody who was erased.';

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
return name_key <> '' and not exists (
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
);
comment on function privacy.is_other_name(text, text[]) is
'Whether a name, in its comparing form, cannot be meant for one of some names.';

create function privacy.pattern_of(strings text[]) returns text
language sql immutable parallel safe
return (
    select
        string_agg(
            regexp_replace(
                regexp_replace(s.string, '([][\\.^$*+?(){}|-])', '\\\1', 'g'), '\s+', '\\s+', 'g'
            ),
            '|' order by length(s.string) desc, s.string collate "C"
        )
    from unnest(strings) as s (string)
);
comment on function privacy.pattern_of(text[]) is
'A pattern that matches any of some strings, whatever blanks are between their words.';

create function privacy.redacted_text(given text, pattern text) returns text
language sql immutable parallel safe
return regexp_replace(
    given, '(?<![[:alnum:]])(?:' || pattern || ')(?![[:alnum:]])', '[redacted]', 'gi'
);
comment on function privacy.redacted_text(text, text) is
'A text in which what a pattern matches is [redacted].';

-- An item of a list goes as a whole, and leaves null in its place: its neighbours keep theirs.
create function privacy.redacted(doc jsonb, pattern text, is_item boolean default false)
returns jsonb
language plpgsql immutable parallel safe
as $$
declare
    whole constant text := '^\s*(?:https?://)?(?:[a-z]+\.)?(?:' || pattern || ')[\s/.]*$';
    string text;
begin
    if pattern is null or (not doc::text ~* pattern and strpos(doc::text, '\') = 0) then
        return doc;
    end if;
    case jsonb_typeof(doc)
        when 'object' then
            if is_item and exists (
                select from jsonb_each(doc) as e (key, value)
                where jsonb_typeof(e.value) = 'string' and e.value #>> '{}' ~* whole
            ) then
                return 'null';
            end if;
            return coalesce(
                (
                    select jsonb_object_agg(
                        privacy.redacted_text(e.key, pattern), privacy.redacted(e.value, pattern)
                    )
                    from jsonb_each(doc) as e (key, value)
                ),
                '{}'
            );
        when 'array' then
            return coalesce(
                (
                    select jsonb_agg(privacy.redacted(e.item, pattern, true) order by e.n)
                    from jsonb_array_elements(doc) with ordinality as e (item, n)
                ),
                '[]'
            );
        when 'string' then
            string := doc #>> '{}';
            if string ~ '^\s*[\[{"]' and pg_input_is_valid(string, 'jsonb') then
                return to_jsonb(privacy.redacted(string::jsonb, pattern)::text);
            elsif is_item and string ~* whole then
                return 'null';
            end if;
            return to_jsonb(privacy.redacted_text(string, pattern));
        else
            return doc;
    end case;
end
$$;
comment on function privacy.redacted(jsonb, text, boolean) is
'A document without what a pattern matches: items of lists that are about it are null, in other '
'texts it is [redacted].';

-- What a writer asks before it commits. It waits for an erasure that is under way, and one that
-- comes later waits for it. As the owner: who adds rows has no right to take them out.
create function privacy.withhold(load uuid, tables text[])
returns table (raw_table text, row_id uuid, reason text)
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
    relation text;
    text_columns text;
begin
    perform pg_advisory_xact_lock_shared(x'48510004'::bigint);
    if not exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return;
    end if;
    fault := privacy.key_fault();
    if fault is null and to_regclass('reference.withheld_rows') is null then
        fault := 'people are suppressed here, and what knows their rows was never built; '
            'run ingest dbt build';
    end if;
    if fault is not null then
        raise exception using errcode = 'HQ001', message = fault;
    end if;
    foreach relation in array tables loop
        return query execute format(
            'with gone as ('
            ' delete from raw.%1$I as r using reference.withheld_rows as w'
            ' where w.raw_table = %1$L and w._xid = pg_current_xact_id()'
            ' and r._xid = pg_current_xact_id() and r.id = w.raw_payload_id returning r.id'
            ') select %1$L::text, g.id, null::text from gone as g',
            relation
        );
        -- what is said of them elsewhere, and where nobody looks for people
        perform privacy.redact_rows(
            relation, 'x._xid = pg_current_xact_id()', null
        );
    end loop;
    return query
    with gone as (
        delete from raw.rejects as r
        where r.load_id = load and cardinality(privacy.found_in(r.record)) > 0
        returning r.id, r.reason
    )
    select 'rejects'::text, g.id, g.reason from gone as g;
end
$$;
comment on function privacy.withhold(uuid, text[]) is
'Take out what this transaction landed of people who are erased; what it took, and why rejects '
'had been refused.';

-- Take out of the rows of a raw table what is about somebody: a pattern says whom, or tombstones.
create function privacy.redact_rows(relation text, which text, pattern text)
returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    texts text[];
    documents text[];
    changed bigint;
    needle text;
begin
    select
        array_agg(a.attname::text order by a.attnum) filter (where a.atttypid = 'text'::regtype),
        array_agg(a.attname::text order by a.attnum) filter (where a.atttypid = 'jsonb'::regtype)
    into texts, documents
    from pg_attribute as a
    where
        a.attrelid = format('raw.%I', relation)::regclass
        and a.attnum > 0
        and not a.attisdropped
        and a.attgenerated = ''
        and a.attname not in ('workflow_slug', 'provider', 'platform', 'payload_type')
        -- of whoever has the profile of the row; without one the row is taken out as a whole
        and (
            relation <> 'salesnav_scrapes' or pattern is not null
            or a.attname not in ('email', 'phone_number')
        );
    if not exists (
        select from pg_attribute as a
        where a.attrelid = format('raw.%I', relation)::regclass and a.attname = '_redacted_at'
    ) then
        return 0;
    end if;
    execute format(
        'with found as ('
        ' select x.id, p.pattern from raw.%1$I as x cross join lateral ('
        '  select coalesce(%2$L::text, privacy.pattern_of(privacy.found_in(%3$s, %6$L))) as pattern'
        ' ) as p where %4$s and p.pattern is not null and %3$s ~* p.pattern'
        ') update raw.%1$I as x set _redacted_at = now()%5$s from found as f where x.id = f.id',
        relation,
        pattern,
        'concat_ws(E''\n''' || coalesce(
            (select string_agg(format(', x.%I::text', c), '') from unnest(texts || documents) as c), ''
        ) || ')',
        which,
        coalesce(
            (select string_agg(format(', %1$I = privacy.redacted_text(x.%1$I, f.pattern)', c), '')
            from unnest(texts) as c), ''
        ) || coalesce(
            (select string_agg(format(', %1$I = privacy.redacted(x.%1$I, f.pattern)', c), '')
            from unnest(documents) as c), ''
        ),
        -- of a text every few words would have to be tried: not where there are millions
        relation not in (
            'company_payloads', 'company_discovery', 'person_payloads', 'person_discovery',
            'email_payloads', 'salesnav_scrapes'
        )
    );
    get diagnostics changed = row_count;
    return changed;
end
$$;
comment on function privacy.redact_rows(text, text, text) is
'Take out of rows of a raw table what is about somebody; how many rows it was in.';

-- What a sender asks, who does not see tombstones.
create function privacy.not_to_contact(people text[]) returns setof text
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    fault text;
begin
    if not exists (select from privacy.tombstones) then
        return;
    end if;
    fault := privacy.key_fault();
    if fault is not null then
        raise exception using errcode = 'HQ001', message = fault;
    end if;
    return query
    select p.url
    from unnest(people) as p (url)
    cross join
        lateral (select reference.person_linkedin_url(p.url) as normal offset 0) as n
    where
        privacy.is_tombstone(
            'linkedin', reference.linkedin_slug(n.normal), array['erased', 'do_not_contact']
        )
        or exists (
            select from core.people_not_to_contact as d where d.linkedin_url = n.normal
        );
end
$$;
comment on function privacy.not_to_contact(text[]) is
'Those of some people who are erased or must not be written to.';
