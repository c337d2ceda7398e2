{# That all could be converted is found out without building anything. #}
{% macro unconverted(conversions) -%}
    case
        when
            {% for field, text, value, reason in conversions -%}
            {%- if reason == 'not text' %}
            {#- a text that is kept is none of these, nearly always; what it is, is asked below #}
            left({{ text }}, 1) in ('{', '[')
            {%- else %}
            ({{ value }} is null and {{ text }} is not null and {{ function('clean_text') }}({{ text }}) is not null)
            {%- endif %}
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


{% macro list_of(field) -%}
    case jsonb_typeof({{ field }})
        when 'array' then {{ field }}
        when 'string' then {{ function('list_from_text') }}({{ field }} #>> '{}')
    end
{%- endmacro %}


{% macro _list_without(field, wrong) -%}
    case
        when {{ field }} is null then true
        -- strict: in lax mode the filter would look into arrays that are items
        else nullif(
            not jsonb_path_exists({{ list_of(field) }}, 'strict $[*] ? ({{ wrong }})'), false
        )
    end
{%- endmacro %}

{% macro list_of_objects(field) -%}
    {{ _list_without(field, '@.type() != "object" && @.type() != "null"') }}
{%- endmacro %}

{% macro list_of_texts(field) -%}
    {{ _list_without(field, '@.type() == "object" || @.type() == "array"') }}
{%- endmacro %}


{# A single term is a list of one. #}
{% macro list_of_terms(field) -%}
    case
        when
            jsonb_typeof({{ field }}) = 'object'
            or jsonb_path_exists(
                {{ field }}, 'strict $[*] ? (@.type() == "object" || @.type() == "array")', '{}', true
            )
            then null
        else true
    end
{%- endmacro %}


{% macro items_of(field, alias) -%}
    lateral (
        select a.item, (a.n - 1)::integer as position
        from jsonb_array_elements({{ list_of(field) }}) with ordinality as a (item, n)
        where jsonb_typeof(a.item) = 'object'
    ) as {{ alias }}
{%- endmacro %}


{% macro latest_experience(profile) -%}
    coalesce(
        case
            when jsonb_typeof({{ profile }}.latest_experience) = 'object'
                then nullif(jsonb_strip_nulls({{ profile }}.latest_experience), '{}'::jsonb)
        end,
        (
            select e.item
            from {{ items_of(profile ~ '.experience', 'e') }}
            order by ({{ function('as_boolean') }}(e.item ->> 'is_current')) is true desc, e.position
            limit 1
        )
    )
{%- endmacro %}


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


{% macro text_array(field) -%}
    case
        when jsonb_typeof({{ field }}) in ('array', 'string')
            then (
                select coalesce(array_agg(t.item order by t.n) filter (where t.item is not null), '{}')
                from (
                    select
                        {{ function('plain_text') }}(i.item) as item,
                        i.n
                    from
                        jsonb_array_elements_text({{ list_of(field) }})
                        with ordinality as i (item, n)
                ) as t
                having {{ list_of(field) }} is not null
            )
    end
{%- endmacro %}


{% macro object_or_null(field) -%}
    case when jsonb_typeof({{ field }}) = 'object' then {{ field }} end
{%- endmacro %}


{% macro kept_as_object(field) -%}
    {{ return([[field, field ~ " #>> '{}'", object_or_null(field), 'not a JSON object']]) }}
{%- endmacro %}


{# A list that is a null marker in words is none, and nothing to report. #}
{% macro kept_as_set(field) -%}
    {{ return([[field, field ~ " #>> '{}'", list_of_objects(field), 'not a list of objects']]) }}
{%- endmacro %}


{% macro unusable_items(list, value, path, form, reason) -%}
    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'field', format('{{ path }}', u.n - 1),
                    'value', left({{ value }}, 1000),
                    'reason', '{{ reason }}'
                )
                order by u.n
            )
        from jsonb_array_elements({{ list_of(list) }}) with ordinality as u (item, n)
        where
            {{ function(form) }}({{ value }}) is null
            and {{ function('clean_text') }}({{ value }}) is not null
    )
{%- endmacro %}


{% macro issues_and(first, second) -%}
    coalesce({{ first }}, '[]') || coalesce({{ second }}, '[]')
{%- endmacro %}


{% macro list_of_anything(field) -%}
    case when {{ field }} is null or {{ list_of(field) }} is not null then true end
{%- endmacro %}


{% macro kept_as_text(fields, path='') -%}
    {%- set conversions = [] -%}
    {%- for field in fields -%}
        {%- do conversions.append([
            path ~ field, field, function('plain_text') ~ '(' ~ field ~ ')', 'not text'
        ]) -%}
    {%- endfor -%}
    {{ return(conversions) }}
{%- endmacro %}


{% macro kept_as_list(fields) -%}
    {%- set conversions = [] -%}
    {%- for field in fields -%}
        {%- do conversions.append([field, field ~ '::text', list_of_anything(field), 'not a list']) -%}
    {%- endfor -%}
    {{ return(conversions) }}
{%- endmacro %}



{# Issues of the items of a list whose name is an object or an array: they have no row of their own. #}
{% macro unusable_names(field, member) -%}
    {{ unusable_items(
        field, "u.item ->> '" ~ member ~ "'", field ~ '[%s].' ~ member, 'plain_text', 'not text'
    ) }}
{%- endmacro %}
