-- RFC 3492, one digit of the label a step. What another decoder takes and IDNA does not (ASCII alone,
-- capitals, forms that NFKC changes) is no label either: one name has one form.
with recursive digits as (
    select
        substring(substr(label, 5) from '[^-]*$') as rest,
        coalesce(substring(substr(label, 5) from '^(.*)-'), '') as decoded,
        128::bigint as code,
        0::bigint as place,
        0::bigint as place_before,
        1::bigint as weight,
        36 as step,
        72 as bias
    where starts_with(label, 'xn--') and octet_length(label) <= 500

    union all

    select
        substr(rest, 2) as rest,
        case
            when not is_last then decoded
            else
                left(decoded, (next_place % size)::integer)
                || chr((code + next_place / size)::integer)
                || substr(decoded, (next_place % size)::integer + 1)
        end as decoded,
        case when is_last then code + next_place / size else code end as code,
        case when is_last then next_place % size + 1 else next_place end as place,
        case when is_last then next_place % size + 1 else place_before end as place_before,
        case when is_last then 1 else weight * (36 - threshold) end as weight,
        case when is_last then 36 else step + 36 end as step,
        case
            when not is_last then bias
            -- the quotient falls below 456 after so many divisions by 35
            when delta < 456 then 36 * delta / (delta + 38)
            when delta < 15960 then 36 + 36 * (delta / 35) / (delta / 35 + 38)
            when delta < 558600 then 72 + 36 * (delta / 1225) / (delta / 1225 + 38)
            else 108 + 36 * (delta / 42875) / (delta / 42875 + 38)
        end::integer as bias
    from (
        select
            *,
            spread + spread / size as delta
        from (
            select
                *,
                digit < threshold as is_last,
                (next_place - place_before) / case when place_before = 0 then 700 else 2 end
                as spread
            from (
                select
                    *,
                    place + digit * weight as next_place,
                    char_length(decoded) + 1 as size
                from (
                    select
                        *,
                        strpos('abcdefghijklmnopqrstuvwxyz0123456789', left(rest, 1)) - 1
                        as digit,
                        least(greatest(step - bias, 1), 26) as threshold
                    from digits
                    where rest <> ''
                ) as d
                where digit >= 0
            ) as p
            -- no code point lies so far
            where next_place < 100000000
        ) as s
    ) as n
    where
        not is_last
        or code + next_place / size between 128 and 55295
        or code + next_place / size between 57344 and 1114111
)

select decoded
from digits
where
    rest = ''
    and step = 36
    and octet_length(decoded) > char_length(decoded)
    and not starts_with(decoded, 'xn--')
    and decoded = {{ function('lower_text').include(database=false) }}(normalize(decoded, nfkc))
