{%- set clean_text = function('clean_text').include(database=false) -%}
select
    case
        when octet_length(value) > 1000 or length(regexp_replace(value, '[^0-9]+', '', 'g')) < 5
            then null
        when value ~ '^[{{ blank_class() }}]*[Tt][Ee][Ll]:'
            then {{ clean_text }}(substr(value, strpos(value, ':') + 1))
        else {{ clean_text }}(value)
    end
