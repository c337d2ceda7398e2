{%- set lower_text = function('lower_text').include(database=false) -%}
-- Not inlined: email_address spares most texts the call. The domain's normal form would do for the whole
-- address: it drops what stands before the @. A link keeps no escapes apart from the signs they
-- stand for, so one that has any in front of the @ is not read. `offset 0` is a fence.
select
    {{ lower_text }}(local) || '@'
    || case
        when octet_length(host) = char_length(host) and strpos(lower(host collate "C"), 'xn--') = 0
            then lower(host collate "C") collate "default"
        -- the host of a domain in other letters has one form, as companies have
        else coalesce(substring({{ lower_text }}(host) from '^www[0-9]*[.]'), '') || domain
    end
from (
    select
        local,
        host,
        {{ function('normal_domain').include(database=false) }}(host) as domain
    from (
        select
            m.parts[1] as local,
            m.parts[2] as host
        from regexp_match(
            {{ function('clean_text').include(database=false) }}(value),
            '^(?:[Mm][Aa][Ii][Ll][Tt][Oo]:[{{ blank_class() }}]*(?![^@]*%))?'
            || '([^@{{ blank_class() }},:;*•<>()\[\]"]+)@([^@＠﹫{{ blank_class() }}/?#:,;]+)(?:[?].*)?$'
        ) as m (parts)
        where octet_length(value) <= 1000
        offset 0
    ) as cut
    offset 0
) as found
where domain is not null and right(host, 1) <> '.'
