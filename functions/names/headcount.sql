{%- set bucket = function('size_bucket').include(database=false) ~ '(value)' -%}
{%- set bare = "regexp_replace(left(value, 4000), '[ \u00a0]+([Ee]mployees?|[Pp]eople)[ \u00a0]*$', '')" -%}
{%- set number = function('as_integer').include(database=false) ~ '(' ~ bare ~ ')' -%}
select
    case
        when {{ number }} >= 0 then {{ number }}::text
        when
            {{ bucket }} ~ '^[0-9]+-[0-9]+$'
            and split_part({{ bucket }}, '-', 1)::numeric > split_part({{ bucket }}, '-', 2)::numeric
            then null
        when {{ bucket }} ~ '^(1|[0-9]+(-[0-9]+|[+]))$' then {{ bucket }}
    end
