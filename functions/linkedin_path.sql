{#- any scheme, any country or mobile host; a bare path is how Sales Navigator exports an address -#}
{%- set host = '(?:(?:[a-z][a-z0-9+.-]*:)?//)?(?:[a-z0-9-]+\.)*linkedin\.com\.?(?::[0-9]*)?' -%}
{%- set lead = '^(?:' ~ host ~ ')?/+(?:(?:comm|mwlite)/)?' -%}
select split_part(split_part(regexp_replace(url, '{{ lead }}', '', 'i'), '?', 1), '#', 1)
from (
    -- no path begins later: what follows is not worth reading
    select left({{ function('trim_blanks').include(database=false) }}(value), 4000) as url
    offset 0
) as trimmed
where url ~* '{{ lead }}(?:in|sales|company|school|showcase)/'
