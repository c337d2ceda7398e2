{%- set number = function('as_integer').include(database=false) ~ '(value)' -%}
{%- set of_date = 'extract(year from ' ~ function('as_date').include(database=false) ~ '(value))' -%}
select
    case
        when value ~ '^(?:1[0-9][0-9][0-9]|20[0-9][0-9])$' then value::integer
        when {{ number }} between 1000 and 2099 then {{ number }}
        when {{ of_date }} between 1000 and 2099 then {{ of_date }}::integer
    end
