{#- commas and blanks are known to stand in the right places before this is computed -#}
{%- set number = "translate(value, E'," ~ blanks() ~ "', '')::numeric" -%}
{%- set blank = '[' ~ blanks() ~ ']*' -%}
select
    case
        when octet_length(value) <= 18 and value ~ '^[0-9]+$' then value::bigint
        when
            -- the length and the exponent's digits keep the number within what numeric can hold
            octet_length(value) <= 100
            and value ~ (
                '^{{ blank }}[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)'
                || '(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?{{ blank }}$'
            )
            then
                case
                    when
                        {{ number }} = trunc({{ number }})
                        and {{ number }} between -9223372036854775808 and 9223372036854775807
                        then {{ number }}::bigint
                end
    end
