{#
    Where a value stands in a payload, without the value: `experience[].company_domain`.

    Names are written as they are where they are words of ASCII letters, digits and underscores, else
    in quotes, as JSON writes them. A name that is a value itself (an address, an id, a date) is
    written `*`, and so are all names of an object that has more than 200: they are keys of a map,
    and may be personal data.

    What is looked at is bounded, whatever a payload holds: four names deep, of a list its first 100
    items, of a list inside of one its first ten, of a map 100 entries.
#}

{# The most payloads of a workflow and a day that are looked at. #}
{% macro payloads_looked_at() -%}
    {{ return(500) }}
{%- endmacro %}

{% macro most_siblings() -%}
    {{ return(200) }}
{%- endmacro %}


{# The names in a path are those of its steps; a payload itself is `$`. #}
{% macro path_of(parent, step) -%}
    coalesce(nullif(substr({{ parent }} || {{ step }}, 2), ''), '$')
{%- endmacro %}


{% macro name_in_path(key) -%}
    case
        when {{ key }} ~ '^[A-Za-z_][A-Za-z0-9_]{0,59}$' then {{ key }}
        when
            length({{ key }}) > 60
            or {{ key }} ~ '@|://|^www[.]|linkedin[.]com|[0-9]{5}'
            -- a number, a date, a telephone number
            or {{ key }} ~ '^[ -/:-@]*[0-9][ -@]*$'
            then '*'
        else to_json({{ key }})::text
    end
{%- endmacro %}


{#
    Each payload is walked for itself, so that nothing grows with their number. An object of fewer
    bytes has no 200 names, so these are counted only where they may be too many.
#}
{% macro paths_in(payload, received_as) -%}
    lateral (
        with recursive nodes as (
            select
                ''::text as parent,
                ''::text as step,
                0 as depth,
                0 as lists,
                false as is_item,
                case when {{ payload }} is null then {{ received_as }} else 'object' end as type,
                {{ payload }} as value

            union all

            select
                n.parent || n.step as parent,
                s.step,
                n.depth + s.deeper as depth,
                n.lists + s.is_item::integer as lists,
                s.is_item,
                jsonb_typeof(s.value) as type,
                s.value
            from nodes as n
            cross join lateral (
                select
                    '.' || case when m.is_map then '*' else {{ name_in_path('e.key') }} end as step,
                    1 as deeper,
                    false as is_item,
                    e.value
                from (
                    select
                        case
                            when n.type = 'object' and pg_column_size(n.value) > 9 * {{ most_siblings() }}
                                then (select count(*) > {{ most_siblings() }} from jsonb_object_keys(n.value))
                            else false
                        end as is_map
                    from (values (0)) as once (n)
                    {{ fence() }}
                ) as m
                cross join
                    jsonb_each(case when n.type = 'object' then n.value end)
                    with ordinality as e (key, value, place)
                where not m.is_map or e.place <= 100

                union all

                select
                    '[]' as step,
                    n.is_item::integer as deeper,
                    true as is_item,
                    n.value -> i.place as value
                from
                    generate_series(
                        0,
                        least(
                            coalesce(
                                jsonb_array_length(case when n.type = 'array' then n.value end), 0
                            ),
                            case when n.lists = 0 then 100 else 10 end
                        ) - 1
                    ) as i (place)
            ) as s
            where
                case n.type
                    when 'object' then n.depth < 4
                    when 'array' then n.depth < 4 or not n.is_item
                    else false
                end
        )

        select
            parent,
            step,
            bool_or(type = 'null') as has_null,
            bool_or(type = 'string') as has_string,
            bool_or(type = 'number') as has_number,
            bool_or(type = 'boolean') as has_boolean,
            bool_or(type = 'object') as has_object,
            bool_or(type = 'array') as has_list,
            bool_or(
                case type
                    when 'null' then false
                    when 'string' then value <> '""'
                    when 'array' then value <> '[]'
                    else true
                end
            ) as is_filled,
            max(
                case type
                    when 'string' then length(value #>> '{}')
                    when 'number' then length(value::text)
                end
            ) as longest
        from nodes
        group by parent, step
    )
{%- endmacro %}


{# The day of a receipt is that of UTC, whatever the session's time zone. #}
{% macro day_of_receipt(row) -%}
    ({{ receipt_of(row) }} at time zone 'UTC')::date
{%- endmacro %}


{#
    Of the rows of a raw table those of the days in `news`. The bounds let an index find them; which
    payloads are looked at is decided on narrow rows, and by nothing but the rows.
#}
{% macro payloads_of_days(raw_table) -%}
    {%- set raw = source('raw', raw_table) -%}
    select
        p.workflow_slug,
        p.day,
        case when p.place = 1 then p.received else 0 end as received,
        jsonb_typeof(r.raw_payload) as received_as,
        {{ decompressed(payload_of('r')) }} as payload
    from (
        select
            c.*,
            count(*) over (partition by c.workflow_slug, c.day) as received,
            row_number() over (
                partition by c.workflow_slug, c.day
                order by md5(c.id::text), c.id
            ) as place
        from (
            select
                r.id,
                r.workflow_slug,
                n.day
            from {{ received(raw_table) }} as r
            inner join news as n
                on r.workflow_slug = n.workflow_slug and {{ day_of_receipt('r') }} = n.day
            where
                -- cheap, and first: who is erased is asked of these rows alone
                r.workflow_slug = any(array(select b.workflow_slug from news as b))
                and {{ day_of_receipt('r') }} >= (select min(b.day) from news as b)
                and {{ day_of_receipt('r') }} <= (select max(b.day) from news as b)
        ) as c
    ) as p
    inner join {{ raw }} as r on p.id = r.id
    where p.place <= {{ payloads_looked_at() }}
{%- endmacro %}


{# A share as messages show it: rounded, but never to nothing or all. #}
{% macro filled_percent(share) -%}
    case
        when {{ share }} > 0 and {{ share }} < 0.01 then 'less than 1 %'
        when {{ share }} < 1 and {{ share }} > 0.99 then 'more than 99 %'
        else round(100 * {{ share }}) || ' %'
    end
{%- endmacro %}
