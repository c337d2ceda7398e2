{%- set bucket = function('size_bucket').include(database=false) ~ '(value)' -%}
{%- set bare = "regexp_replace(left(value, 4000), '[ \u00a0]+([Ee]mployees?|[Pp]eople)[ \u00a0]*$', '')" -%}
{%- set number = function('as_integer').include(database=false) ~ '(' ~ bare ~ ')' -%}
{%- set blank = '[' ~ blanks() ~ ']*' -%}
select
    case
        -- two thousand to some, two to others: 2.000
        when {{ bare }} ~ '^{{ blank }}[+]?[1-9][0-9]{0,2}[.]000{{ blank }}$' then null
        when {{ number }} >= 0 then {{ number }}::text
        when
            {{ bucket }} ~ '^[0-9]+-[0-9]+$'
            and split_part({{ bucket }}, '-', 1)::numeric > split_part({{ bucket }}, '-', 2)::numeric
            then null
        when {{ bucket }} ~ '^(1|[0-9]+(-[0-9]+|[+]))$' then {{ bucket }}
    end
