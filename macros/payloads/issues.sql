{#
    Query: the issues of every changed entity of one extracted model, and one row without a field
    for an entity that has none.

    Args:
        model: relation of winner rows (key column, raw_payload_id, _received_at, _issues, _xid).
        key: its key column.
        raw_table: name of the raw table its payloads lie in.
        items: mapping of the payload field to {relation, position}, for item models of the
            same entity whose rows have _issues of their own.
#}
{% macro issues_of(model, key, raw_table, items={}) -%}
    select
        '{{ raw_table }}:' || e.{{ key }} as entity,
        '{{ raw_table }}' as raw_table,
        e.raw_payload_id,
        i.field,
        i.value,
        i.reason,
        e._received_at as created_at
    from {{ model }} as e
    left join lateral (
        select x.field, x.value, x.reason
        from jsonb_to_recordset(e._issues) as x (field text, value text, reason text)
        {%- for field, item in items.items() %}
        union all
        select '{{ field }}[' || t.{{ item.position }} || '].' || x.field, x.value, x.reason
        from {{ item.relation }} as t
        cross join lateral jsonb_to_recordset(t._issues) as x (field text, value text, reason text)
        where t.{{ key }} = e.{{ key }} and t.raw_payload_id = e.raw_payload_id and t._issues is not null
        {%- endfor %}
    ) as i on true
    where {{ is_new('e') }}
{%- endmacro %}


{#
    Query: the new raw rows that feed no entity, because a key has no normal form or the payload
    is no object.

    Args:
        raw_table: name of the raw table.
        keys: list of [column, SQL of its normal form over r, reason].
        where: further condition over r.
#}
{% macro unusable_rows(raw_table, keys, where='true') -%}
    select
        '{{ raw_table }}#' || r.id as entity,
        '{{ raw_table }}' as raw_table,
        r.id as raw_payload_id,
        k.field,
        left(k.value, 1000) as value,
        k.reason,
        {{ receipt_of('r') }} as created_at
    from {{ source('raw', raw_table) }} as r
    cross join lateral (
        values
        {%- for column, normal_form, reason in keys %}
        ('{{ column }}', r.{{ column }}, {{ normal_form }} is null, '{{ reason }}'),
        {%- endfor %}
        (
            'raw_payload',
            case when not r._is_object then r.raw_payload::text end,
            not r._is_object and {{ function('payload_object') }}(r.raw_payload) is null,
            'not a JSON object'
        )
    ) as k (field, value, failed, reason)
    where k.failed and {{ is_new('r') }} and {{ where }}
{%- endmacro %}


{#
    Query: the values in new rows of a raw table without payloads that have no normal form.

    Args:
        raw_table: name of the raw table.
        columns: names of columns that hold a domain, or a person's LinkedIn URL.
#}
{% macro unusable_values(raw_table, columns) -%}
    select
        '{{ raw_table }}#' || r.id as entity,
        '{{ raw_table }}' as raw_table,
        r.id as raw_payload_id,
        k.field,
        left(k.value, 1000) as value,
        k.reason,
        {{ receipt_of('r') }} as created_at
    from {{ source('raw', raw_table) }} as r
    left join lateral (
        select c.field, c.value, c.reason
        from (
            values
            {%- for column in columns %}
            {%- if 'linkedin' in column %}
            ('{{ column }}', r.{{ column }}, {{ function('person_linkedin_url') }}(r.{{ column }}), 'not a LinkedIn profile URL')
            {%- else %}
            ('{{ column }}', r.{{ column }}, {{ function('normal_domain') }}(r.{{ column }}), 'not a domain')
            {%- endif %}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as c (field, value, normal_form, reason)
        where c.normal_form is null and {{ function('clean_text') }}(c.value) is not null
    ) as k on true
    where {{ is_new('r') }}
{%- endmacro %}
