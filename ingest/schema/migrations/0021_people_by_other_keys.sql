-- Keys that a person has beside the address of a profile: LinkedIn's URN, a slug alone, and a
-- number in national and in international spelling.

create function raw.urn_key(given text) returns text
language sql immutable parallel safe
return case
    when strpos(given, 'urn:li:') > 0 and raw.member_key(given) is null
        then left(
            substring(
                given from 'urn:li:[A-Za-z_]*(?:person|[Mm]ember|[Pp]rofile):[A-Za-z0-9_-]{3,}'
            ),
            100
        )
end;
comment on function raw.urn_key(text) is
'The URN of a person that has no member id in it: urn:li:person:… or urn:li:member:…; NULL for '
'others.';

create index idx_raw_salesnav_scrapes_urn
on raw.salesnav_scrapes (raw.urn_key(linkedin_user_profile_urn))
where raw.urn_key(linkedin_user_profile_urn) is not null;

-- A member id is a profile's, also within a URN.
create or replace function privacy.profile_of(given text) returns text
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        reference.person_linkedin_url(given),
        case
            when given !~ '[/@]'
                then reference.person_linkedin_url('https://www.linkedin.com/in/' || btrim(given))
        end,
        'https://www.linkedin.com/in/'
        || substring(given from '^\s*urn:li:.*(AC[ow]AA[A-Za-z0-9_-]+)')
    );
end
$$;
comment on function privacy.profile_of(text) is
'The profile that a key names: by its address, by the slug or member id alone, or by a URN.';

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
    if strpos(given, 'urn:li:') > 0 then
        found := found || array(
            select distinct raw.urn_key(m[1]) from regexp_matches(
                given, '(urn:li:[A-Za-z_]+:[A-Za-z0-9_-]+)', 'g'
            ) as m
            where privacy.is_tombstone('linkedin', raw.urn_key(m[1]), is_known)
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

-- Of a number that is said with and without the country these are the same. A stranger in a hundred
-- million has the same end, so it is asked only where one too many costs little: who is not to be
-- written to.
create function privacy.phone_end(given text) returns text language sql immutable parallel safe
return case
    when length(privacy.phone_digits(given)) >= 8
        then '*' || right(privacy.phone_digits(given), 8)
end;
comment on function privacy.phone_end(text) is
'How a phone number ends: * and its last eight digits; NULL if it has fewer.';

create or replace function privacy.not_to_contact(
    urls text[], emails text[], phones text[], urns text[], salesnav_rows uuid[]
)
returns table (place bigint, is_erased boolean)
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
    if fault is null and to_regclass('reference.withheld_rows') is null then
        fault := 'people are suppressed here, and what knows them was never built; '
            'run ingest dbt build';
    end if;
    if fault is not null then
        raise exception using errcode = 'HQ001', message = fault;
    end if;
    return query
    select p.n, s.is_erased
    from unnest(urls, emails, phones, urns, salesnav_rows) with ordinality as p (
        url, email, phone, urn, row_id, n
    )
    cross join
        lateral (select privacy.profile_of(p.url) as normal_url offset 0) as u
    cross join
        lateral (
            select
                coalesce(bool_or(privacy.is_tombstone(f.kind, f.form, array['erased'])), false)
                or exists (
                    select from reference.withheld_rows as w
                    where w.raw_table = 'salesnav_scrapes' and w.raw_payload_id = p.row_id
                ) as is_erased,
                coalesce(
                    bool_or(privacy.is_tombstone(f.kind, f.form, array['do_not_contact'])), false
                ) as is_quiet
            from (
                values
                ('linkedin', reference.linkedin_slug(u.normal_url)),
                ('linkedin', substring(p.urn from 'AC[ow]AA[A-Za-z0-9_-]+')),
                ('linkedin', raw.urn_key(p.url)),
                ('linkedin', raw.urn_key(p.urn)),
                ('email', reference.email_address(p.email)),
                ('phone', privacy.phone_digits(p.phone)),
                ('phone', privacy.phone_end(p.phone))
            ) as f (kind, form)
        ) as s
    where
        s.is_erased
        or s.is_quiet
        or exists (
            select from core.people_not_to_contact as d where d.linkedin_url = u.normal_url
        );
end
$$;
