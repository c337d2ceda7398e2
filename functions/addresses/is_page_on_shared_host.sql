{%- set domain = function('normal_domain').include(database=false) -%}
-- The host in front of the first path is a company, the address with its path is none.
select
    coalesce((
        select
            {{ domain }}(value) is null
            and a.address ~ '[^/:]/+[^/?#]'
            and {{ domain }}(a.host) is not null
        from (
            select
                n.address,
                substring(n.address from '^[^/?#]*//[^/?#]*|^[^/?#]+') as host
            -- as much as normal_domain reads; offset: the form would be made anew wherever it is
            -- named
            from (select normalize(left(value, 1000), nfkc) as address offset 0) as n
            offset 0
        ) as a
    ), false)
