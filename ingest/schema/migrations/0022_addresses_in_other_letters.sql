-- An address has one form, whether its host is in Unicode or in ASCII (xn--) and whether it is a
-- link: only the normal form can tell, so the coarse one is the empty one.
create or replace function raw.email_key(address text) returns text
language sql immutable parallel safe
return case
    when
        octet_length(address) <= 500
        and octet_length(address) = char_length(address)
        and strpos(address, ':') = 0
        and strpos(address, '?') = 0
        and strpos(lower(address collate "C"), 'xn--') = 0
        then btrim(lower(address collate "C"), E' \t\n\x0b\f\r\x1c\x1d\x1e\x1f') collate "default"
    when address is not null then ''
end;
comment on function raw.email_key(text) is
'A coarse form of an e-mail address: small letters; empty for links and for those with letters '
'beyond ASCII, in either spelling.';

reindex index raw.idx_raw_salesnav_scrapes_email;
