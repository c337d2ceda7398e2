-- Scheme and host in lower case; the fragment and trailing slashes go; the rest stays. What is too
-- long for an index is no address.
select
    case
        when octet_length(value) <= 1500
            then nullif(
                lower(
                    substring(
                        regexp_replace(btrim(value), '#.*$', '')
                        from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?]*'
                    )
                )
                || rtrim(
                    substring(
                        regexp_replace(btrim(value), '#.*$', '')
                        from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?]*(.*)$'
                    ),
                    '/'
                ),
                ''
            )
    end
