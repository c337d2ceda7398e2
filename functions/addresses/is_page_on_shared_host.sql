{%- set domain = function('normal_domain').include(database=false) -%}
-- The host in front of the first path is a company, the address with its path is none.
select
    coalesce(
        {{ domain }}(value) is null
        and value ~ '[^/:]/+[^/?#]'
        and {{ domain }}(
            substring(value from '^[^/?#]*//[^/?#]*|^[^/?#]+')
        ) is not null,
        false
    )
