{#
    Where several compete for an entity each of them is read; else only the winner, once: a
    query behind takes `payload` as it is, already decompressed.
#}
{% macro winning_payloads(model_name, columns=[]) -%}
    {%- set kind = payload_kinds()[model_name] -%}
    {%- set raw = source('raw', kind.raw_table) -%}
    select w.*
    from (
        select
            b.entity_key,
            b.raw_payload_id,
            b._refreshed_at,
            b._received_at,
            b.created_at,
            {%- for column in columns %}
            r.{{ column }},
            {%- endfor %}
            {{ decompressed(payload_of('r')) }} as payload
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
                    c.entity_key,
                    c.raw_payload_id,
                    {{ believed_refresh('c._refreshed_at', 'c._received_at') }} as _refreshed_at,
                    c._received_at
                from (
                    select
                        candidates.*,
                        count(*) over (partition by entity_key) as competitors
                    from (
                        select
                            {{ key_of(kind) }} as entity_key,
                            r.id as raw_payload_id,
                            {{ refresh_of('r') }} as _refreshed_at,
                            {{ receipt_of('r') }} as _received_at
                        from {{ received(kind.raw_table) }} as r
                        where
                            {{ is_new('r') }}
                            and {{ is_read_by(model_name) }}
                    ) as candidates
                    where entity_key is not null
                ) as c
                -- by a key that is NULL where nobody competes, for which nothing is looked up
                left join {{ raw }} as r
                    on case when c.competitors > 1 then c.raw_payload_id end = r.id
                where c.competitors = 1 or {{ states_something(kind, payload_of('r')) }}
            ) as eligible
            -- Sorted by values that are made before: what is made behind takes the payload along.
            window best as (
                partition by entity_key
                order by _refreshed_at desc nulls last, _received_at desc, raw_payload_id desc
            )
        ) as b
        inner join {{ raw }} as r on b.raw_payload_id = r.id
        where b.place = 1
        {{ fence() }}
    ) as w
    where {{ states_something(kind, 'w.payload') }}
{%- endmacro %}
