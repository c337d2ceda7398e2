-- Rows of a person are looked up, not searched for. Normal forms are made by functions that dbt
-- builds and may build anew, so no index can hold them: it holds coarse forms instead. Whatever has
-- the same normal form has the same coarse one, or the empty one, which stands for every text that
-- is written so that only the normal form can tell; whoever looks up asks for both, and compares
-- normal forms of what is found. Each costs a writer a microsecond or three: no long patterns.

create function raw.profile_key(address text) returns text
language sql immutable parallel safe
return case
    when
        octet_length(address) <= 500
        and right(split_part(lower(address collate "C"), '/in/', 1), 12) = 'linkedin.com'
        -- not behind another path
        and strpos(replace(split_part(lower(address collate "C"), '/in/', 1), '://', ''), '/') = 0
        and split_part(
            translate(split_part(lower(address collate "C"), '/in/', 2), '?#', '//'), '/', 1
        ) ~ '^[a-z0-9_-]+$'
        then split_part(
            translate(split_part(lower(address collate "C"), '/in/', 2), '?#', '//'), '/', 1
        ) collate "default"
    when address is not null then ''
end;
comment on function raw.profile_key(text) is
'A coarse form of a profile''s address: its slug or member id in small letters; empty for all '
'addresses that are written in other ways than nearly all are.';

create function raw.member_key(urn text) returns text
language sql immutable parallel safe
return left(substring(urn from 'AC[ow]AA[A-Za-z0-9_-]+'), 100);
comment on function raw.member_key(text) is
'A coarse form of a member''s URN: the member id, or its beginning; NULL where there is none.';

-- blanks that normal forms leave out
create function raw.email_key(address text) returns text
language sql immutable parallel safe
return case
    when octet_length(address) <= 500 and octet_length(address) = char_length(address)
        then btrim(lower(address collate "C"), E' \t\n\x0b\f\r\x1c\x1d\x1e\x1f') collate "default"
    when address is not null then ''
end;
comment on function raw.email_key(text) is
'A coarse form of an e-mail address: small letters; empty for those with letters beyond ASCII.';

create function raw.phone_key(number text) returns text
language sql immutable parallel safe
return case
    when octet_length(number) <= 100
        then ltrim(translate(number, translate(number, '0123456789', ''), ''), '0')
    when number is not null then ''
end;
comment on function raw.phone_key(text) is
'A coarse form of a phone number: digits, without zeros in front; empty for long texts.';

create function raw.name_key(first text, last text) returns text
language sql immutable parallel safe
return case
    when first is null and last is null then null
    when
        octet_length(coalesce(first, '') || coalesce(last, '')) <= 500
        and octet_length(coalesce(first, '') || coalesce(last, ''))
        = char_length(coalesce(first, '') || coalesce(last, ''))
        then lower(
            translate(
                coalesce(first, '') || coalesce(last, ''), E' .\t\n\x0b\f\r\x1c\x1d\x1e\x1f', ''
            ) collate "C"
        ) collate "default"
    else ''
end;
comment on function raw.name_key(text, text) is
'A coarse form of a name: small letters without blanks and dots; empty for those with letters '
'beyond ASCII.';

create index idx_raw_person_payloads_profile
on raw.person_payloads (raw.profile_key(linkedin_url));
create index idx_raw_person_discovery_profile
on raw.person_discovery (raw.profile_key(linkedin_url));
create index idx_raw_email_payloads_profile
on raw.email_payloads (raw.profile_key(linkedin_url));
create index idx_raw_email_payloads_full_name
on raw.email_payloads (raw.name_key(full_name, null));
create index idx_raw_email_payloads_name
on raw.email_payloads (raw.name_key(first_name, last_name));
create index idx_raw_salesnav_scrapes_profile
on raw.salesnav_scrapes (raw.profile_key(linkedin_url_user_profile));
create index idx_raw_salesnav_scrapes_member
on raw.salesnav_scrapes (raw.member_key(linkedin_user_profile_urn));
create index idx_raw_salesnav_scrapes_email on raw.salesnav_scrapes (raw.email_key(email));
create index idx_raw_salesnav_scrapes_phone on raw.salesnav_scrapes (raw.phone_key(phone_number));
-- a name makes a row somebody's only where no profile is
create index idx_raw_salesnav_scrapes_name
on raw.salesnav_scrapes (raw.name_key(first_name, last_name))
where linkedin_user_profile_urn is null;
