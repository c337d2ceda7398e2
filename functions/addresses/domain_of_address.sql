{%- set around = blank_class() ~ invisible_class() -%}
-- Not inlined: normal_domain spares most texts the call. Each step is computed once behind its
-- fence (`offset 0`).
select host
from (
    select
        address,
        case
            -- a host in this form has 253 bytes at most
            when strpos(bare, 'xn--') > 0 and octet_length(bare) > 600 then null
            when strpos(bare, 'xn--') > 0
                then (
                    select
                        case
                            when bool_and(l.label is not null)
                                then string_agg(l.label, '.' order by l.place)
                        end
                    from (
                        select
                            place,
                            case
                                when starts_with(label, 'xn--') then
                                    {{ function('punycode_label').include(database=false) }}(label)
                                else label
                            end as label
                        from string_to_table(bare, '.') with ordinality as s (label, place)
                    ) as l
                )
            else bare
        end as host
    from (
        select
            address,
            regexp_replace(
                regexp_replace(
                    split_part(translate(address, '?#', '//'), '/', 1),
                    '^(?:.*@)?(?:www[0-9]*[.])?',
                    ''
                ),
                '[.]*(?::[0-9]*)?$',
                ''
            ) as bare
        from (
            select
                regexp_replace(
                    {{ function('lower_text').include(database=false) }}(
                        normalize(
                            -- No host begins later: what follows is not worth reading, and marks
                            -- are put in order by comparing each with each.
                            regexp_replace(
                                left(value, 1000), '^[{{ around }}]+|[{{ around }}]+$', '', 'g'
                            ),
                            nfkc
                        )
                    ),
                    '^(?:[a-z][a-z0-9+.-]*:)?//',
                    ''
                ) as address
            offset 0
        ) as trimmed
        offset 0
    ) as cut
    offset 0
) as decoded
where
    host ~ '{{ domain_pattern() }}'
    and char_length(host) <= 253
    and {{ has_known_ending('host', once=true) }}
    and not (address ~ '^[^/?#]*/+[^/?#]' and {{ is_shared_host('host', once=true) }})
