-- What finds people who are erased in texts, and takes them out.

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
    given := privacy.searchable(given);
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
        -- a first and a last name may be members of their own, in jsonb the last one first
        words := regexp_split_to_array(
            regexp_replace(
                regexp_replace(
                    left(given, 100000),
                    '"(?:(?:last|family)[ _]?name|surname)\\*"\s*:\s*\\*"([^"\\]{1,80})\\*"\s*,'
                    '\s*\\*"(?:first|given)[ _]?name\\*"\s*:\s*\\*"([^"\\]{1,80})',
                    '"\2 \1', 'gi'
                ),
                '"[\w .-]{1,40}\\*"\s*:', ' ', 'g'
            ),
            '[\s"<>\\,;:()\[\]{}!?|/]+'
        );
        found := found || array(
            select distinct rtrim(array_to_string(words[w.n:w.n + s.size], ' '), '.')
            from generate_series(1, cardinality(words)) as w (n)
            cross join generate_series(1, 4) as s (size)
            where
                w.n + s.size <= cardinality(words)
                and words[w.n] <> ''
                and words[w.n + s.size] <> ''
                and privacy.is_name_of_erased(
                    reference.comparing_form(
                        rtrim(array_to_string(words[w.n:w.n + s.size], ' '), '.')
                    )
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
        where cardinality(privacy.found_in(t.given, false)) > 0;
    end if;
end
$$;
comment on function privacy.naming_somebody(text[]) is
'Which texts, by their places from 1, hold an identifier of somebody who was erased.';

-- An item of a list goes as a whole, and leaves null in its place: its neighbours keep theirs.
create function privacy.redacted(doc jsonb, pattern text, is_item boolean default false)
returns jsonb
language plpgsql immutable parallel safe
as $$
declare
    whole constant text := '^\s*(?:https?://)?(?:[a-z]+\.)?(?:' || pattern || ')[\s/.]*$';
    first constant text := '^(first|given)[ _]?name$';
    last constant text := '^((last|family)[ _]?name|surname)$';
    first_name text;
    last_name text;
    string text;
begin
    if pattern is null or (not doc::text ~* pattern and strpos(doc::text, '\') = 0) then
        return doc;
    end if;
    case jsonb_typeof(doc)
        when 'object' then
            -- first and last name in members of their own
            select max(e.value) filter (where e.key ~* first), max(e.value) filter (where e.key ~* last)
            into first_name, last_name
            from jsonb_each_text(doc) as e (key, value)
            where jsonb_typeof(doc -> e.key) = 'string';
            if
                first_name || ' ' || last_name ~* whole or last_name || ' ' || first_name ~* whole
            then
                if is_item then
                    return 'null';
                end if;
                select doc || jsonb_object_agg(k.key, '[redacted]') into doc
                from jsonb_object_keys(doc) as k (key)
                where k.key ~* first or k.key ~* last;
            end if;
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
        where r.load_id = load and cardinality(privacy.found_in(r.record, false)) > 0
        returning r.id, r.reason
    )
    select 'rejects'::text, g.id, g.reason from gone as g;
    if load is not null then
        perform privacy.redact_ledger(load);
    end if;
end
$$;
comment on function privacy.withhold(uuid, text[]) is
'Take out what this transaction landed of people who are erased; what it took, and why rejects '
'had been refused.';

-- The ledger: a name alone makes no record somebody's, and is taken out of it. A name of a file is
-- known by slugs, which have a number in the last part or are words that may be anything.
create function privacy.redact_ledger(load uuid default null) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    redacted bigint;
    named bigint;
begin
    update raw.rejects as r set record = privacy.redacted_text(r.record, f.pattern)
    from (
        select x.id, privacy.pattern_of(privacy.found_in(x.record)) as pattern
        from raw.rejects as x
        where load is null or x.load_id = load
    ) as f
    where r.id = f.id and f.pattern is not null;
    get diagnostics redacted = row_count;
    update raw.loads as l set file_name = privacy.redacted_text(l.file_name, f.pattern)
    from (
        select
            x.id,
            privacy.pattern_of(
                privacy.found_in(x.file_name)
                || array(
                    select w.word
                    from regexp_split_to_table(
                        x.file_name || ' ' || replace(x.file_name, '_', ' '), '[/\\\s.,;()]+'
                    ) as w (word)
                    where
                        w.word ~ '^AC[ow]AA|[0-9][^-_]*$'
                        and privacy.is_tombstone(
                            'linkedin',
                            reference.linkedin_slug(
                                reference.person_linkedin_url(
                                    'https://www.linkedin.com/in/' || w.word
                                )
                            ),
                            array['erased']
                        )
                )
            ) as pattern
        from raw.loads as x
        where load is null or x.id = load
    ) as f
    where l.id = f.id and f.pattern is not null;
    get diagnostics named = row_count;
    return redacted + named;
end
$$;
comment on function privacy.redact_ledger(uuid) is
'Take who was erased out of the names of files and, where only a name tells them, out of rejects; '
'of one load, or of all. How many rows it was in.';

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
        ' ) as p where %4$s and p.pattern is not null'
        '  and privacy.searchable(%3$s) ~* p.pattern'
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
