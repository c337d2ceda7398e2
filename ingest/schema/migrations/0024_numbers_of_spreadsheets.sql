-- A program that took a telephone number for a number puts .0 behind it; the models take it off, so
-- the digit is none of the number's.
create or replace function privacy.phone_digits(given text) returns text
language sql immutable parallel safe
return case
    when length(regexp_replace(given, '[^0-9]+', '', 'g')) >= 5
        then ltrim(
            regexp_replace(
                regexp_replace(given, '^([^0-9]*[0-9]{5,})[.]0([^0-9]*)$', '\1\2'),
                '[^0-9]+',
                '',
                'g'
            ),
            '0'
        )
end;

create or replace function raw.phone_key(number text) returns text
language sql immutable parallel safe
return case
    when octet_length(number) <= 100 and number !~ '[.]0[^0-9]*$'
        then ltrim(translate(number, translate(number, '0123456789', ''), ''), '0')
    when number is not null then ''
end;
comment on function raw.phone_key(text) is
'A coarse form of a phone number: digits, without zeros in front; empty for long texts and for '
'those that end in .0.';

reindex index raw.idx_raw_salesnav_scrapes_phone;
