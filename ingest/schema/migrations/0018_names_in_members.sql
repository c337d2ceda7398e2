-- Names in members of JSON with another member between: a middle name, a nickname.

-- Between the words of a name stand blanks, the separators of a line of CSV, or the next member's
-- key; jsonb has the last name's member before the first one's. Up to two members more stand
-- between where the key says which name follows (ingest/privacy/identity.py has the same).
create or replace function privacy.pattern_of(strings text[]) returns text
language sql immutable parallel safe
as $$
    select
        string_agg(
            array_to_string(regexp_split_to_array(e.string, '\s+'), p.between)
            || coalesce(
                '|'
                || substring(e.string from '\s(\S+)$')
                || p.turned
                || substring(e.string from '^(.*\S)\s+\S+$'),
                ''
            ),
            '|' order by length(e.string) desc, e.string collate "C"
        )
    from (select distinct u.string from unnest(strings) as u (string)) as s
    cross join
        lateral (
            select
                replace(
                    regexp_replace(s.string, '([][\\.^$*+?(){}|-])', '\\\1', 'g'), '/', '\\*/'
                ) as string
        ) as e
    cross join
        (
            select
                '(?:[\s,;|"''\\[:cntrl:]]|\\+[nrt])+(?:(?:[\w .-]{1,40}|(?:' || m.member
                || '){1,2}(?:(?:last|family)[ _]?name|surname))\\*"\s*:[\s"\\]*)?' as between,
                '[\s"\\]*,[\s"\\]*(?:' || m.member
                || '){0,2}(?:first|given)[ _]?name\\*"\s*:[\s"\\]*' as turned
            from (
                values ('[\w .-]{1,40}\\*"\s*:\s*(?:\\*"[^"\\]*\\*"|[\w.+-]+)\s*,[\s"\\]*')
            ) as m (member)
        ) as p
$$;

-- Of a text every few words are asked, and each once: a name is two words to five.
create function privacy.names_in(given text) returns text[]
language plpgsql stable
as $$
declare
    first_key constant text := '"(?:first|given)[ _]?name\\*"\s*:\s*\\*"([^"\\]{1,80})';
    last_key constant text := '"(?:(?:last|family)[ _]?name|surname)\\*"\s*:\s*\\*"([^"\\]{1,80})';
    -- other members, which stay
    between constant text := '\\*"\s*,'
        '((?:\s*\\*"[\w .-]{1,40}\\*"\s*:\s*(?:\\*"[^"\\]*\\*"|[\w.+-]+)\s*,){0,2})\s*\\*';
begin
    -- a first and a last name may be members of their own, in jsonb the last one first
    given := regexp_replace(
        left(given, 100000), last_key || between || first_key, '"\3 \1", \2', 'gi'
    );
    given := regexp_replace(given, first_key || between || last_key, '"\1 \3", \2', 'gi');
    given := regexp_replace(given, '"[\w .-]{1,40}\\*"\s*:', ' ', 'g');
    return array(
        select f.name
        from (
            select distinct rtrim(v.name, '.') as name
            from (
                select
                    t.word as one,
                    t.word || ' ' || lead(t.word, 1) over o as two,
                    lead(t.word, 1) over o as second,
                    lead(t.word, 2) over o as third,
                    lead(t.word, 3) over o as fourth,
                    lead(t.word, 4) over o as fifth
                from regexp_split_to_table(given, '[\s"<>\\,;:()\[\]{}!?|/]+')
                    with ordinality as t (word, n)
                window o as (order by t.n)
            ) as w
            cross join
                lateral (
                    values
                    (w.two, w.second),
                    (w.two || ' ' || w.third, w.third),
                    (w.two || ' ' || w.third || ' ' || w.fourth, w.fourth),
                    (w.two || ' ' || w.third || ' ' || w.fourth || ' ' || w.fifth, w.fifth)
                ) as v (name, last)
            where w.one <> '' and v.last <> ''
            -- a fence: before anybody is asked for
            offset 0
        ) as f
        where privacy.is_name_of_erased(reference.comparing_form(f.name))
    );
end
$$;
comment on function privacy.names_in(text) is
'Names in a text that are those of somebody who was erased, as they stand there.';

create or replace function privacy.found_in(given text, with_names boolean default true)
returns text[]
language plpgsql stable
as $$
declare
    -- dates are no numbers to call
    number constant text := '(?<![0-9-])'
        '(\+?\(?[0-9](?![0-9]{3}-[0-9]{2}-[0-9]{2})[0-9 ()./-]{5,}[0-9])';
    address constant text := '[^\s"''<>\\,;:()\[\]{}]+';
    is_known constant text[] := array['erased'];
    found text[] := '{}';
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
        found := found || privacy.names_in(given);
    end if;
    return found;
end
$$;
create or replace function privacy.naming_somebody(texts text[]) returns setof bigint
language plpgsql stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return query
        select t.n from unnest(texts) with ordinality as t (given, n)
        where
            -- nothing shorter identifies anybody
            length(t.given) >= 5
            and cardinality(privacy.found_in(t.given, false)) > 0;
    end if;
end
$$;

-- What is nested deeper than a hundred levels is looked at as a whole: the stack ends somewhere,
-- and one payload would keep all others from landing. JSON in a string is a text if it has so many
-- brackets that the parser, which descends in them, may raise.
drop function privacy.redacted(jsonb, text, boolean);
create function privacy.redacted(
    doc jsonb, pattern text, is_item boolean default false, depth integer default 0
) returns jsonb
language plpgsql immutable parallel safe
as $$
declare
    whole constant text := '^\s*(?:https?://)?(?:[a-z]+\.)?(?:' || pattern || ')[\s/.]*$';
    first constant text := '^(first|given)[ _]?name$';
    last constant text := '^((last|family)[ _]?name|surname)$';
    middle constant text := '^(middle|second|nick|maiden|preferred)[ _]?names?$';
    first_name text;
    middle_name text;
    last_name text;
    string text;
begin
    if pattern is null or (not doc::text ~* pattern and strpos(doc::text, '\') = 0) then
        return doc;
    end if;
    if depth > 100 then
        return case
            when privacy.searchable(doc::text) ~* pattern then to_jsonb('[redacted]'::text) else doc
        end;
    end if;
    case jsonb_typeof(doc)
        when 'object' then
            -- first and last name in members of their own
            select
                max(e.value) filter (where e.key ~* first),
                max(e.value) filter (where e.key ~* middle),
                max(e.value) filter (where e.key ~* last)
            into first_name, middle_name, last_name
            from jsonb_each_text(doc) as e (key, value)
            where jsonb_typeof(doc -> e.key) = 'string';
            if
                first_name || ' ' || last_name ~* whole
                or last_name || ' ' || first_name ~* whole
                or first_name || ' ' || middle_name || ' ' || last_name ~* whole
            then
                if is_item then
                    return 'null';
                end if;
                select doc || jsonb_object_agg(k.key, '[redacted]') into doc
                from jsonb_object_keys(doc) as k (key)
                where k.key ~* first or k.key ~* last or k.key ~* middle;
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
                        privacy.redacted_text(e.key, pattern),
                        privacy.redacted(e.value, pattern, false, depth + 1)
                    )
                    from jsonb_each(doc) as e (key, value)
                ),
                '{}'
            );
        when 'array' then
            return coalesce(
                (
                    select jsonb_agg(privacy.redacted(e.item, pattern, true, depth + 1) order by e.n)
                    from jsonb_array_elements(doc) with ordinality as e (item, n)
                ),
                '[]'
            );
        when 'string' then
            string := doc #>> '{}';
            if
                string ~ '^\s*[\[{"]'
                and octet_length(string) - octet_length(translate(string, '[{', '')) <= 2000
                and pg_input_is_valid(string, 'jsonb')
            then
                return to_jsonb(privacy.redacted(string::jsonb, pattern, false, depth + 1)::text);
            elsif is_item and string ~* whole then
                return 'null';
            end if;
            return to_jsonb(privacy.redacted_text(string, pattern));
        else
            return doc;
    end case;
end
$$;
comment on function privacy.redacted(jsonb, text, boolean, integer) is
'A document without what a pattern matches: items of lists that are about it are null, in other '
'texts it is [redacted].';

-- Records that were refused hold a name alone: it is taken out of them. What they say of whoever is
-- told by more has gone before. As the owner, for who lands them has no right to change them.
create function privacy.redact_rejects(ids uuid[]) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    redacted bigint;
begin
    if not exists (select from privacy.tombstones as t where t.scope = 'erased') then
        return 0;
    end if;
    update raw.rejects as r set
        record = privacy.redacted_text(r.record, f.pattern),
        detail = privacy.redacted_text(r.detail, f.pattern)
    from (
        select
            x.id,
            privacy.pattern_of(privacy.found_in(concat_ws(E'\n', x.record, x.detail))) as pattern
        from raw.rejects as x
        where x.id = any(ids)
    ) as f
    where r.id = f.id and f.pattern is not null;
    get diagnostics redacted = row_count;
    return redacted;
end
$$;
comment on function privacy.redact_rejects(uuid[]) is
'Take the names of who was erased out of some rejects; how many.';

create or replace function privacy.redact_ledger(load uuid default null) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    redacted bigint;
    named bigint;
begin
    redacted := privacy.redact_rejects(
        array(select r.id from raw.rejects as r where load is null or r.load_id = load)
    );
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
