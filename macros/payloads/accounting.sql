{#
    Query for a test: the new or old raw rows that are not exactly one of winner, superseded or
    reported. Waiting rows are left out by `where`.

    Args:
        raw_table: name of the raw table.
        key: SQL of the entity's key over r.
        winners: relation of winners; winners_key: its key column.
        where: condition over r that the row is extracted at all.
#}
{% macro unaccounted_rows(raw_table, key, winners, winners_key, where='true') -%}
    select
        '{{ raw_table }}' as raw_table,
        s.raw_payload_id,
        s.is_winner,
        s.is_superseded,
        s.is_reported
    from (
        select
            r.raw_payload_id,
            coalesce(r.raw_payload_id = w.raw_payload_id, false) as is_winner,
            coalesce(
                r.is_usable and {{ payload_order('w') }} > {{ payload_order('r') }}, false
            ) as is_superseded,
            exists (
                select from {{ ref('extraction_issues') }} as i
                where i._entity = '{{ raw_table }}#' || r.raw_payload_id
            ) as is_reported
        from (
            select
                r.id as raw_payload_id,
                {{ key }} as entity_key,
                {{ payload_of('r') }} is not null as is_usable,
                {{ refresh_of('r') }} as _refreshed_at,
                {{ receipt_of('r') }} as _received_at
            from {{ source('raw', raw_table) }} as r
            where {{ where }}
        ) as r
        left join {{ winners }} as w on r.entity_key = w.{{ winners_key }}
    ) as s
    where s.is_winner::integer + s.is_superseded::integer + s.is_reported::integer <> 1
{%- endmacro %}
