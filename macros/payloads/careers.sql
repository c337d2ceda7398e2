{#
    Careers and schools, as sources state them: sets, each in a column of jsonb. An item has the members
    that are said here, in normal forms, and its place is that in the provider's list; in the place of
    what is no object stands null. A source states a set by naming its column among its `states`; see
    person_by_pdl.

    member -> the function that gives its normal form, what is said of a value without one, and its type
#}
{% macro stated_sets() -%}
    {%- set text = ['plain_text', 'not text', 'text'] -%}
    {%- set day = ['as_date', 'not a date', 'date'] -%}
    {{ return({
        'roles': {
            'company': text,
            'company_domain': ['normal_domain', 'not a domain', 'text'],
            'company_linkedin_url': ['company_linkedin_url', 'not a LinkedIn company URL', 'text'],
            'company_org_id': ['as_bigint', 'not a whole number', 'bigint'],
            'title': text,
            'summary': text,
            'locality': text,
            'start_date': day,
            'end_date': day,
            'is_current': ['as_boolean', 'neither true nor false', 'boolean'],
        },
        'schools': {
            'school_name': text,
            'degree': text,
            'field_of_study': text,
            'start_date': day,
            'end_date': day,
            'grade': text,
            'activities': text,
        },
    }) }}
{%- endmacro %}


{# A list states a set if it is empty or holds an object: of others nothing can be read. #}
{% macro states_set(list) -%}
    coalesce(
        {{ list_of(list) }} = '[]'
        -- strict: in lax mode the filter would look into arrays that are items
        or jsonb_path_exists({{ list_of(list) }}, 'strict $[*] ? (@.type() == "object")'),
        false
    )
{%- endmacro %}


{#
    Query: the items of a list, a text for each member. Fenced, so that functions are given plain columns.

    A member is said by its path in an item, `company.name`, or by that path, for reports, and SQL for
    its text over `a.item`.
#}
{% macro items_stated(list, members) -%}
    select
        a.n - 1 as place,
        {%- for member, said in members.items() %}
        {%- if said is string %}
        a.item #>> '{{ '{' ~ said | replace('.', ',') ~ '}' }}' as {{ member }},
        {%- else %}
        {{ said[1] }} as {{ member }},
        {%- endif %}
        {%- endfor %}
        jsonb_typeof(a.item) = 'object' as is_item
    from jsonb_array_elements({{ list_of(list) }}) with ordinality as a (item, n)
    {{ fence() }}
{%- endmacro %}


{# SQL for the set that a list states; NULL if it states none. #}
{% macro stated_set(set, list, members) -%}
    case
        when {{ states_set(list) }}
            then (
                select
                    coalesce(
                        jsonb_agg(
                            case
                                when m.is_item
                                    then jsonb_strip_nulls(jsonb_build_object(
                                        {%- for member in members %}
                                        '{{ member }}', {{ function(stated_sets()[set][member][0]) }}(m.{{ member }})
                                        {{- ',' if not loop.last }}
                                        {%- endfor %}
                                    ))
                            end
                            order by m.place
                        ),
                        '[]'
                    )
                from ({{ items_stated(list, members) }}) as m
            )
    end
{%- endmacro %}


{# SQL for what of a list could not be used, in the form of `_issues`, with the paths in the payload. #}
{% macro unusable_in_set(set, list, members) -%}
    {%- set conversions = [] -%}
    {%- for member, said in members.items() -%}
        {%- set form, reason = stated_sets()[set][member][:2] -%}
        {%- set value = function(form) ~ '(m.' ~ member ~ ')' -%}
        {%- do conversions.append([said if said is string else said[0], 'm.' ~ member, value, reason]) -%}
    {%- endfor -%}
    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'field', '{{ list }}[' || m.place || '].' || x.field,
                    'value', x.value,
                    'reason', x.reason
                )
                order by m.place, {{ by_code_points('x.field') }}
            )
        from ({{ items_stated(list, members) }}) as m
        cross join
            lateral jsonb_to_recordset({{ unconverted(conversions) }}) as x (
                field text, value text, reason text
            )
        where m.is_item
    )
{%- endmacro %}


{# For items_stated: the name of a member, which is an object with a name, or the name itself. #}
{% macro name_of_member(member) -%}
    case
        when jsonb_typeof(a.item -> '{{ member }}') = 'object' then a.item #>> '{{ '{' ~ member ~ ',name}' }}'
        else a.item ->> '{{ member }}'
    end
{%- endmacro %}


{# For items_stated: a list of texts as one text. #}
{% macro texts_of_member(member) -%}
    case
        when
            jsonb_typeof(a.item -> '{{ member }}') = 'array'
            and not jsonb_path_exists(
                a.item -> '{{ member }}', 'strict $[*] ? (@.type() == "object" || @.type() == "array")'
            )
            then (
                select string_agg({{ function('plain_text') }}(t.item), ', ' order by t.n)
                from jsonb_array_elements_text(a.item -> '{{ member }}') with ordinality as t (item, n)
            )
        else a.item ->> '{{ member }}'
    end
{%- endmacro %}
