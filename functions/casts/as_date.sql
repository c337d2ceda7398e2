{%- set month_name -%}
^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?
|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?) +(?!0000)[0-9]{4}$
{%- endset -%}
{%- set month_name = month_name | replace('\n', '') -%}
{%- set trimmed = "btrim(value, E'" ~ blanks() ~ "')" -%}
select
    case
        -- neither pattern nor translate() takes a text of any size
        when octet_length(value) > 4000 then null
        -- Most dates. Comparing is cheaper than a pattern, whose every step costs; the ends of the
        -- months and the other forms are left to the patterns behind.
        when
            translate(value, '123456789', '000000000') in ('0000-00-00', '0000-00')
            and substr(value, 6, 2) collate "C" between '01' and '12'
            and substr(value || '-01', 9, 2) collate "C" between '01' and '28'
            and left(value, 4) <> '0000'
            then make_date(
                left(value, 4)::integer,
                substr(value, 6, 2)::integer,
                substr(value || '-01', 9, 2)::integer
            )
        when translate(value, '123456789', '000000000') = '0000' and value <> '0000'
            then make_date(value::integer, 1, 1)
        {#- what has no blanks around it is not trimmed first: most texts have none #}
        {%- for text in ['value', trimmed] %}
        when {{ text }} ~ '{{ iso_moment_pattern() }}' then make_date(
            left({{ text }}, 4)::integer,
            substr({{ text }}, 6, 2)::integer,
            substr({{ text }}, 9, 2)::integer
        )
        when {{ text }} ~ '^(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?$' then make_date(
            left({{ text }}, 4)::integer, substr({{ text }} || '-01', 6, 2)::integer, 1
        )
        when {{ text }} ~ '^(?:0[1-9]|1[0-2])-(?!0000)[0-9]{4}$' then make_date(
            right({{ text }}, 4)::integer, left({{ text }}, 2)::integer, 1
        )
        when {{ text }} collate "C" ~* '{{ month_name }}' then make_date(
            right({{ text }}, 4)::integer,
            strpos(
                '  janfebmaraprmayjunjulaugsepoctnovdec', lower(left({{ text }}, 3) collate "C")
            ) / 3,
            1
        )
        {%- endfor %}
    end
