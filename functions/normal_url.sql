-- Scheme and host in lower case; the fragment and trailing slashes go; the rest stays.
select
    nullif(
        lower(
            substring(
                regexp_replace(btrim(value), '#.*$', '') from '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?]*'
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
