-- btrim keeps a pointer for each character, so beyond 134 million of them it asks for more memory
-- than PostgreSQL grants; a text of that size stays as it is.
select
    case
        when octet_length(value) < 100000000 then btrim(
            value,
            -- the White_Space property of Unicode, the information separators, and what has no width
            E' \t\n\x0b\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680'
            || E'\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
            || E'\u2028\u2029\u202f\u205f\u3000\u200b\u200e\u200f\u2060\ufeff'
        )
        else value
    end
