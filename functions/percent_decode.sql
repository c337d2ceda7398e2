-- Two hexadecimal digits have no immutable way to a byte but decode(), piece by piece. The pattern
-- lets through what is UTF-8 and can be stored; anything else comes back as it is.
select
    case
        when
            octet_length(value) <= 1000000
            and strpos(value, '%') > 0
            and value ~* (
                '^(?:[^%]|%(?:0[1-9a-f]|[1-7][0-9a-f]'
                || '|(?:c[2-9a-f]|d[0-9a-f])%[89ab][0-9a-f]'
                || '|(?:e0%[ab]|e[1-9a-cef]%[89ab]|ed%[89])[0-9a-f]%[89ab][0-9a-f]'
                || '|(?:f0%[9ab]|f[1-3]%[89ab]|f4%8)[0-9a-f](?:%[89ab][0-9a-f]){2}))*$'
            )
            then (
                select
                    convert_from(
                        string_agg(
                            case
                                when piece.match[1] like '\%%' then decode(substr(piece.match[1], 2), 'hex')
                                else convert_to(piece.match[1], 'UTF8')
                            end,
                            ''
                            order by piece.position
                        ),
                        'UTF8'
                    )
                from
                    regexp_matches(value, '%..|[^%]+', 'g') with ordinality as piece (match, position)
            )
        else value
    end
