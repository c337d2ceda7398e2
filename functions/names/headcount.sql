{%- set bucket = function('size_bucket').include(database=false) ~ '(value)' -%}
{%- set number = function('as_integer').include(database=false) ~ '(value)' -%}
select
    case
        when {{ number }} >= 0 then {{ number }}::text
        when {{ bucket }} ~ '^(1|[0-9]+(-[0-9]+|[+]))$' then {{ bucket }}
    end
