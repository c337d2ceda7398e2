{% macro issues_of(model_name) -%}
    {%- set kind = payload_kinds()[model_name] -%}
    select
        '{{ kind.raw_table }}:' || e.{{ kind.owner }} as entity,
        '{{ kind.raw_table }}' as raw_table,
        e.raw_payload_id,
        i.field,
        i.value,
        i.reason,
        e._received_at as created_at
    from {{ ref(model_name) }} as e
    left join lateral (
        select x.field, x.value, x.reason
        from jsonb_to_recordset(e._issues) as x (field text, value text, reason text)
        {%- for field, (items, owner, raw_id, position) in kind.get('items', {}).items() %}
        union all
        select '{{ field }}[' || t.{{ position }} || '].' || x.field, x.value, x.reason
        from {{ ref(items) }} as t
        cross join lateral jsonb_to_recordset(t._issues) as x (field text, value text, reason text)
        where
            t.{{ owner }} = e.{{ kind.owner }}
            and t.{{ raw_id }} = e.raw_payload_id
            and t._issues is not null
        {%- endfor %}
    ) as i on true
    where {{ is_new('e') }}
{%- endmacro %}


{#
    Rows for `values` over r: what makes a payload of no use as a whole (field, value, whether it is so,
    reason), whoever reads it.
#}
{% macro faults_of_payload(kind, not_an_object, has_key) -%}
        (
            'raw_payload',
            case when not r._is_object then r.raw_payload::text end,
            {{ not_an_object }},
            'not a JSON object'
        ),
        (
            'raw_payload',
            case
                when not {{ states_something(kind, 'r._payload') }}
                    then (
                        select coalesce(string_agg(f.field, ', ' order by {{ by_code_points('f.field') }}), '{}')
                        from jsonb_object_keys(r._payload) as f (field)
                    )
            end,
            {{ has_key }} and not {{ states_something(kind, 'r._payload') }},
            'states nothing'
        ),
        (
            'last_refresh',
            r._refresh_text,
            {{ function('clean_text') }}(r._refresh_text) is not null
            and {{ believed_refresh('r._refreshed_at', 'r._receipt') }} is null,
            case when r._refreshed_at is null then 'not a timestamp' else 'in the future' end
        )
{%- endmacro %}


{#
    Query over r, the payload of a kind: what stands in the fields that mark it and is none of what is read
    of them, where nothing else marks it either. Of a payload that has a row, the row reports such values.
#}
{% macro unusable_marks(kind) -%}
    {%- set conditions = what_states_something() -%}
    {%- set reasons = {
        'text': 'not text',
        'number': 'not a whole number',
        'year': 'not a year',
        'amount': 'not text',
        'page': 'not a LinkedIn company URL',
        'list': 'not a list',
        'texts': 'not a list of texts',
        'objects': 'not a list of objects',
        'object': 'not a JSON object',
    } -%}
    {%- set values = [] -%}
    {%- for reading, fields in kind.marks.items() if reading in reasons -%}
        {%- for field in fields if '.' not in field -%}
            {#- an amount in words is a text, though it states nothing #}
            {%- set usable = conditions['text' if reading == 'amount' else reading] -%}
            {%- set as_json = reading in ('list', 'texts', 'objects', 'object') -%}
            {%- do values.append(
                "('" ~ field ~ "', " ~ as_json ~ ", '" ~ reasons[reading] ~ "', jsonb_path_exists(r._payload, 'strict $."
                ~ field ~ ' ? ((' ~ conditions.given ~ ') && !(' ~ usable ~ "))', '{}', true))"
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    select
        m.field,
        case when m.as_json then (r._payload -> m.field)::text else r._payload ->> m.field end as value,
        m.failed,
        m.reason
    from (
        values
        {{ values | join(',\n        ') }}
    ) as m (field, as_json, reason, failed)
    where r._key is not null and not {{ states_something(kind, 'r._payload') }}
{%- endmacro %}


{# A winner states something, so its payload is not read for that. #}
{% macro unusable_rows(model_name) -%}
    {%- set kind = payload_kinds()[model_name] -%}
    select
        '{{ kind.raw_table }}#' || r.id as entity,
        '{{ kind.raw_table }}' as raw_table,
        r.id as raw_payload_id,
        k.field,
        left(k.value, 1000) as value,
        k.reason,
        r._receipt as created_at
    from (
        select
            r.*,
            w.raw_payload_id is not null as _is_winner,
            case when w.raw_payload_id is null then {{ payload_of('r') }} end as _payload
        from (
            select
                r.*,
                {{ key_of(kind) }} as _key,
                {{ receipt_of('r') }} as _receipt,
                {{ refresh_of('r') }} as _refreshed_at,
                {{ refresh_text_of('r') }} as _refresh_text
            from {{ received(kind.raw_table) }} as r
            where {{ is_new('r') }} and {{ is_read_by(model_name) }}
            {{ fence() }}
        ) as r
        left join {{ ref(model_name) }} as w
            on r._key = w.{{ kind.owner }} and r.id = w.raw_payload_id
        {{ fence() }}
    ) as r
    cross join lateral (
        values
        {%- for column, form, reason in [kind.key] + kind.get('needs', []) %}
        ('{{ column }}', r.{{ column }}, {{ function(form) }}(r.{{ column }}) is null, '{{ reason }}'),
        {%- endfor %}
        {{ faults_of_payload(
            kind,
            not_an_object='not r._is_winner and r._payload is null',
            has_key='r._key is not null',
        ) }}
        union all
        {{ unusable_marks(kind) }}
    ) as k (field, value, failed, reason)
    where k.failed
{%- endmacro %}


{% macro unusable_values(raw_table) -%}
    select
        '{{ raw_table }}#' || r.id as entity,
        '{{ raw_table }}' as raw_table,
        r.id as raw_payload_id,
        k.field,
        left(k.value, 1000) as value,
        k.reason,
        {{ receipt_of('r') }} as created_at
    from {{ received(raw_table) }} as r
    left join lateral (
        select c.field, c.value, c.reason
        from (
            values
            {%- for column, (form, reason) in raw_values()[raw_table].items() %}
            ('{{ column }}', r.{{ column }}, {{ function(form) }}(r.{{ column }}) is not null, '{{ reason }}')
            {{- ',' if not loop.last }}
            {%- endfor %}
        ) as c (field, value, is_usable, reason)
        where
            not c.is_usable
            and {{ function('clean_text') }}(c.value) is not null
            -- a corrected row may have both; one field has one issue
            and not coalesce(r._unstored ? c.field, false)
        {%- for column in raw_lists().get(raw_table, []) %}
        union all
        select
            '{{ column }}' as field,
            r.{{ column }}::text as value,
            'not a list of texts' as reason
        where
            {{ list_of_texts('r.' ~ column) }} is null
            and {{ function('clean_text') }}(r.{{ column }}::text) is not null
        {%- endfor %}
        {%- for column in raw_refreshes().get(raw_table, []) %}
        union all
        select
            '{{ column }}' as field,
            to_char(r.{{ column }} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as value,
            'in the future' as reason
        where r.{{ column }} is not null and {{ believed_refresh('r.' ~ column, receipt_of('r')) }} is null
        {%- endfor %}
        union all
        select u.field, u.value, 'not storable'
        from jsonb_each_text(r._unstored) as u (field, value)
    ) as k on true
    where {{ is_new('r') }}
{%- endmacro %}
