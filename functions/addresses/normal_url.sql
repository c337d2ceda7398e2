{%- set address -%}
rtrim(split_part(btrim(value, E'{{ blanks() }}'), '#', 1), E'/{{ blanks() }}')
{%- endset -%}
{%- set head = "'^(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/?]*'" -%}
{%- set scheme = "^[A-Za-z][A-Za-z0-9+.-]*://" -%}
{%- set host = "'^[^/?" ~ blanks() ~ "]+[.。．｡][^/?" ~ blanks() ~ "]+(?:[/?]|$)'" -%}
{%- set lower_text = function('lower_text').include(database=false) -%}
-- Scheme and host in lower case; the fragment and trailing slashes go; the rest stays. What is too
-- long for an index is no address, nor is what people write for nothing, nor words: a host has a dot.
select
    case
        when octet_length(value) > 1500 then null
        -- The usual text is a normal form already.
        when value ~ '^https?://[a-z0-9-]+(?:[.][a-z0-9-]+)+/[!"$-~]*[!"$-.0-~]$' then value
        when
            octet_length(value) <= 30
            and {{ lower_text }}(rtrim({{ address }}, '.'))
            = any({{ null_markers(['text', 'key']) }})
            then null
        -- a scheme that has a dot is no host
        when regexp_replace({{ address }}, '{{ scheme }}', '') !~ {{ host }} then null
        else nullif(
            {{ lower_text }}(substring({{ address }} from {{ head }}))
            || substr({{ address }}, char_length(substring({{ address }} from {{ head }})) + 1),
            ''
        )
    end
