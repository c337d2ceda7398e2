{%- set number = function('as_bigint').include(database=false) ~ '(value)' -%}
select
    case
        when octet_length(value) <= 9 and value ~ '^[0-9]+$' then value::integer
        when {{ number }} between -2147483648 and 2147483647 then {{ number }}::integer
    end
