{%- set trimmed = "btrim(value, E'" ~ blanks() ~ "')" -%}
-- Put together from its parts: a cast from text would ask TimeZone, and is not immutable.
select
    case
        -- neither pattern nor translate() takes a text of any size
        when octet_length(value) > 4000 then null
        -- Most times, without an offset. Comparing is cheaper than a pattern, whose every step
        -- costs; the ends of the months and the other forms are left to the pattern behind.
        when
            translate(left(value, 19), '123456789T', '000000000 ') = '0000-00-00 00:00:00'
            and substr(value, 6, 2) collate "C" between '01' and '12'
            and substr(value, 9, 2) collate "C" between '01' and '28'
            and substr(value, 12, 2) collate "C" <= '23'
            and substr(value, 15, 2) collate "C" <= '59'
            and substr(value, 18, 2) collate "C" <= '59'
            and left(value, 4) <> '0000'
            and substr(value, 20) ~ '^(?:\.[0-9]+)?Z?$'
            then make_timestamp(
                left(value, 4)::integer,
                substr(value, 6, 2)::integer,
                substr(value, 9, 2)::integer,
                substr(value, 12, 2)::integer,
                substr(value, 15, 2)::integer,
                rtrim(substr(value, 18), 'Z')::float8
            ) at time zone 'UTC'
        -- seconds or milliseconds since 1970
        when octet_length(value) = 10 and value ~ '^[0-9]+$' then to_timestamp(value::float8)
        when octet_length(value) = 13 and value ~ '^[0-9]+$'
            then to_timestamp(value::float8 / 1000)
        {#- what has no blanks around it is not trimmed first: most texts have none #}
        {%- for text in ['value', trimmed] %}
        {%- set offset -%}
rpad(replace(substring(substr({{ text }}, 17) from '[+-].*$'), ':', ''), 5, '0')
        {%- endset %}
        when {{ text }} ~ '{{ iso_moment_pattern() }}' then (
            make_timestamp(
                left({{ text }}, 4)::integer,
                substr({{ text }}, 6, 2)::integer,
                substr({{ text }}, 9, 2)::integer,
                -- a missing part is zero
                ('0' || substr({{ text }}, 12, 2))::integer,
                ('0' || substr({{ text }}, 15, 2))::integer,
                coalesce(
                    ltrim(substring(substr({{ text }}, 17) from '^:[0-9.]+'), ':'), '0'
                )::float8
            )
            - case
                when substr({{ text }}, 17) ~ '[+-]' then make_interval(
                    hours => left({{ offset }}, 3)::integer,
                    mins => (left({{ offset }}, 1) || substr({{ offset }}, 4, 2))::integer
                )
                else interval '0'
            end
        ) at time zone 'UTC'
        when {{ text }} ~ '^(?:[0-9]{10}|[0-9]{13})$'
            then to_timestamp(
                {{ text }}::float8 / case when octet_length({{ text }}) = 13 then 1000 else 1 end
            )
        {%- endfor %}
    end
