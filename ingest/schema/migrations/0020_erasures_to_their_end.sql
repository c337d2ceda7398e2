-- A person is gone with the commit of an erasure, and the search behind it has to know whom to look
-- for, also where it was cut off.
create table privacy.unfinished_searches (
    audit_id uuid primary key references privacy.audit,
    person jsonb not null
);
comment on table privacy.unfinished_searches is
'Personal data: whom the search of an erasure looks for, until it has ended. Written in the '
'transaction that erases, deleted in the one that ends the search. One row per erasure whose '
'search has not ended.';
comment on column privacy.unfinished_searches.audit_id is 'The line of the audit.';
comment on column privacy.unfinished_searches.person is
'What identifies the person, in clear text.';

-- As the owner: that a search has to be made up for is no secret, and of whom is one.
create function privacy.searches_to_finish() returns bigint
language sql stable
security definer
set search_path = pg_catalog, pg_temp
return (select count(*) from privacy.unfinished_searches);
comment on function privacy.searches_to_finish() is
'How many erasures are committed whose search has not ended.';

-- A URN that has no member id identifies nobody: the name does, as in a row without one.
drop index raw.idx_raw_salesnav_scrapes_name;
create index idx_raw_salesnav_scrapes_name
on raw.salesnav_scrapes (raw.name_key(first_name, last_name))
where raw.member_key(linkedin_user_profile_urn) is null;

create function privacy.profile_of(given text) returns text
language plpgsql stable parallel safe
as $$
begin
    return coalesce(
        reference.person_linkedin_url(given),
        case
            when given !~ '[/@]'
                then reference.person_linkedin_url('https://www.linkedin.com/in/' || btrim(given))
        end
    );
end
$$;
comment on function privacy.profile_of(text) is
'The profile that a key names: by its address, or by the slug or member id alone.';
