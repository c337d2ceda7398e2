{%- set letters = letter_class() -%}
-- Not inlined: comparing_form spares ASCII the call. Signs go before the compatible forms, which
-- would spell them out.
select
    btrim(
        regexp_replace(
            regexp_replace(straight, '{{ abbreviation_pattern(letters, digit_class()) }}', '\1', 'g'),
            '[{{ blank_class() }}]+',
            ' ',
            'g'
        )
    )
from (
    select
        translate(
            normalize(
                replace(
                    translate(small, '{{ varied_letters() }}', '{{ plain_letters() }}'), 'ß', 'ss'
                ),
                nfkc
            ),
            '‘’‚‛“”„‟',
            '''''''''""""'
        ) as straight
    from (
        select {{ small('compatible') }} as small
        from (
            select
                normalize(
                    regexp_replace(
                        translate(value, '®™©℠', ''), '[{{ invisible_class() }}]+', '', 'g'
                    ),
                    nfkc
                ) as compatible
            where octet_length(value) <= 4000
            offset 0
        ) as c
        offset 0
    ) as s
    offset 0
) as f
