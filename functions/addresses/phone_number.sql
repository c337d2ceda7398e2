{%- set clean_text = function('clean_text').include(database=false) -%}
{%- set around = '[' ~ blank_class() ~ '\'\'="]*' -%}
{%- set guard = '^[' ~ blank_class() ~ ']*(?:\'\'|=")[' ~ blank_class() ~ ']*(?:[Tt][Ee][Ll]:)?' -%}
select
    case
        when octet_length(value) > 1000 or length(regexp_replace(value, '[^0-9]+', '', 'g')) < 5
            then null
        -- a spreadsheet took it for a number, and its last digits are gone: 4.91705E+11
        when
            value ~ (
                '^{{ around }}(?:[0-9]+(?:[.,][0-9]+)?[Ee][+-]?[0-9]+'
                || '|[0-9]{1,4}[.]0){{ around }}$'
            )
            then null
        -- a program took it for a number, and all of its digits are there: 15550100.0
        when value ~ '^{{ around }}[+]?[0-9]{5,}[.]0{{ around }}$'
            then substring(value from '[+]?[0-9]+')
        -- what a spreadsheet reads as text: '+1 555 0111 or ="+1 555 0111"
        when value ~ '^[{{ blank_class() }}]*(?:''[^'']*|=".*")[{{ blank_class() }}]*$'
            then {{ clean_text }}(
                regexp_replace(value, '{{ guard }}|"[{{ blank_class() }}]*$', '', 'g')
            )
        when value ~ '^[{{ blank_class() }}]*[Tt][Ee][Ll]:'
            then {{ clean_text }}(substr(value, strpos(value, ':') + 1))
        else {{ clean_text }}(value)
    end
