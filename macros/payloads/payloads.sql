{#
    SQL for the payload of a raw row as an object, NULL if it is none. The common case reads the
    stored document once; only a payload that was handed over as text costs more.
#}
{% macro payload_of(row) -%}
    case
        when {{ row }}._is_object then {{ row }}.raw_payload
        else {{ function('payload_object') }}({{ row }}.raw_payload)
    end
{%- endmacro %}


{# When the warehouse received a raw row; a foreign writer may have left created_at NULL. #}
{% macro receipt_of(row) -%}
    coalesce({{ row }}.created_at, {{ row }}._received_at)
{%- endmacro %}


{#
    SQL for last_refresh of a raw row as a timestamp. Two calls, because PostgreSQL inlines a function
    only into a plain column, and a function that is not inlined costs ten times as much.
#}
{% macro refresh_of(row) -%}
    case
        when {{ row }}._is_object then {{ function('as_timestamptz') }}({{ row }}._last_refresh)
        else {{ function('as_timestamptz') }}(
            {{ function('payload_object') }}({{ row }}.raw_payload) ->> 'last_refresh'
        )
    end
{%- endmacro %}


{#
    Query: the best new payload of each entity, by (last_refresh, receipt, arrival). Reads no
    payload but those handed over as text.

    Columns: entity_key, raw_payload_id, _refreshed_at, _received_at, created_at (the entity's
    earliest receipt among the new rows).

    Args:
        raw: relation of payloads.
        key: SQL of the entity's key over the alias r; rows where it is NULL are left out.
        where: further condition over r.
#}
{% macro winning_payloads(raw, key, where='true') -%}
    select
        entity_key,
        raw_payload_id,
        _refreshed_at,
        _received_at,
        created_at
    from (
        select
            entity_key,
            raw_payload_id,
            _refreshed_at,
            _received_at,
            min(_received_at) over (
                best rows between unbounded preceding and unbounded following
            ) as created_at,
            row_number() over best as place
        from (
            select
                {{ key }} as entity_key,
                r.id as raw_payload_id,
                {{ refresh_of('r') }} as _refreshed_at,
                {{ receipt_of('r') }} as _received_at
            from {{ raw }} as r
            where
                {{ is_new('r') }}
                and {{ where }}
                and (r._is_object or {{ function('payload_object') }}(r.raw_payload) is not null)
        ) as candidates
        where entity_key is not null
        -- One sort, by values that are made before it: what is made behind it takes the payload along.
        window best as (
            partition by entity_key
            order by _refreshed_at desc nulls last, _received_at desc, raw_payload_id desc
        )
    ) as ranked
    where place = 1
{%- endmacro %}


{# Condition over r: some model extracts this type of payload; others wait in raw. #}
{% macro is_extracted_type(raw_table) -%}
    r.payload_type in (
        select t.payload_type from {{ ref('payload_types') }} as t where t.raw_table = '{{ raw_table }}'
    )
{%- endmacro %}


{#
    SQL for the values of a row that could not be converted, as a jsonb array of
    {field, value, reason}; NULL when all could, which is found out without building anything.

    Args:
        conversions: list of [field name in the payload, SQL of the provider's text, SQL of the
            converted value, reason].
#}
{% macro unconverted(conversions) -%}
    case
        when
            {% for field, text, value, reason in conversions -%}
            ({{ value }} is null and {{ text }} is not null and {{ function('clean_text') }}({{ text }}) is not null)
            {{ 'or ' if not loop.last }}
            {%- endfor %}
            then {{ function('unconverted_values') }}(
                array['{{ conversions | map(attribute=0) | join("', '") }}'],
                array[{{ conversions | map(attribute=1) | join(', ') }}],
                array[{{ conversions | map(attribute=2) | join(' is null, ') }} is null],
                array['{{ conversions | map(attribute=3) | join("', '") }}']
            )
    end
{%- endmacro %}


{#
    SQL for the check of a payload field that should be an array of objects: true, or NULL when
    something else is there. Absent, null and null items pass; a single object counts as one item.
#}
{% macro list_of_objects(field) -%}
    case
        when {{ field }} is null or jsonb_typeof({{ field }}) = 'object' then true
        when jsonb_typeof({{ field }}) = 'array'
            -- strict: in lax mode the filter would look into arrays that are items
            then nullif(
                not jsonb_path_exists(
                    {{ field }}, 'strict $[*] ? (@.type() != "object" && @.type() != "null")'
                ),
                false
            )
    end
{%- endmacro %}


{#
    FROM item: the objects of a payload's array, in array order. Columns: item (jsonb, NULL unless
    an object) and position (from 0). An array that is missing gives no row.

    Args:
        field: jsonb, the array.
        alias: name of the FROM item.
#}
{% macro items_of(field, alias) -%}
    lateral (
        select a.item, (a.n - 1)::integer as position
        from jsonb_path_query({{ field }}, 'lax $[*]') with ordinality as a (item, n)
        where jsonb_typeof(a.item) = 'object'
    ) as {{ alias }}
{%- endmacro %}


{#
    SQL for a profile's latest experience: the one it names, else its first current one, else its
    first one.

    Args:
        profile: alias of a payload record with jsonb columns latest_experience and experience.
#}
{% macro latest_experience(profile) -%}
    coalesce(
        case
            when jsonb_typeof({{ profile }}.latest_experience) = 'object'
                then nullif({{ profile }}.latest_experience, '{}'::jsonb)
        end,
        (
            select e.item
            from {{ items_of(profile ~ '.experience', 'e') }}
            order by ({{ function('as_boolean') }}(e.item ->> 'is_current')) is true desc, e.position
            limit 1
        )
    )
{%- endmacro %}


{#
    SQL for a company's primary location: the first item that says it is the primary one or the
    headquarters, else the first item; a jsonb object or NULL.
#}
{% macro primary_location(locations) -%}
    (
        select l.item
        from {{ items_of(locations, 'l') }}
        order by
            (
                {{ function('as_boolean') }}(l.item ->> 'is_primary') is true
                or {{ function('as_boolean') }}(l.item ->> 'is_hq') is true
                or {{ function('as_boolean') }}(l.item ->> 'is_headquarters') is true
            ) desc,
            l.position
        limit 1
    )
{%- endmacro %}


{# SQL for a payload's array of texts as text[], without null markers; NULL if it is no array. #}
{% macro text_array(field) -%}
    case
        when jsonb_typeof({{ field }}) = 'array'
            then array(
                select {{ function('clean_text') }}(i.item #>> '{}')
                from jsonb_array_elements({{ field }}) with ordinality as i (item, n)
                where {{ function('clean_text') }}(i.item #>> '{}') is not null
                order by i.n
            )
    end
{%- endmacro %}


{# SQL for a payload field that should be an object; NULL when it is something else. #}
{% macro object_or_null(field) -%}
    case when jsonb_typeof({{ field }}) = 'object' then {{ field }} end
{%- endmacro %}


{# SQL for the check of a payload field that should be an array: true (absent passes), or NULL. #}
{% macro list_of_anything(field) -%}
    case when {{ field }} is null or jsonb_typeof({{ field }}) = 'array' then true end
{%- endmacro %}
