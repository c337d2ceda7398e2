-- What a sender asks, who does not see tombstones: by all that a record says of whom it is about,
-- as the models may not have read its row yet.
create function privacy.not_to_contact(
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
        lateral (select reference.person_linkedin_url(p.url) as normal_url offset 0) as u
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
                ('email', reference.email_address(p.email)),
                ('phone', privacy.phone_digits(p.phone))
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
comment on function privacy.not_to_contact(text[], text[], text[], text[], uuid[]) is
'Which people, by their places from 1, are erased or must not be written to: by LinkedIn URL, '
'e-mail address, phone number, member id and row of raw.salesnav_scrapes.';

-- What the version of the answers moves with, whoever asks for it; nobody but hq_privacy sees acts.
create function privacy.acts_so_far() returns text
language sql stable
security definer
set search_path = pg_catalog, pg_temp
return (
    select concat_ws(' ', count(*), extract(epoch from max(a.at)), count(a.found_afterwards))
    from privacy.audit as a
);
comment on function privacy.acts_so_far() is
'A text that changes whenever somebody is erased, suppressed or lifted, and tells nothing of it.';
