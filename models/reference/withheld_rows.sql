{{ config(materialized='stable_view') }}

-- To be read with the key of the tombstones; without tombstones it is empty.
{%- for raw_table, identifiers in identifiers_of().items() %}
    select
        '{{ raw_table }}' as raw_table,
        r.id as raw_payload_id,
        {{ 'null' if raw_table == 'salesnav_scrapes' else 'r.workflow_slug' }} as workflow_slug,
        {{ receipt_of('r') }} as received_at,
        r._xid
    from {{ source('raw', raw_table) }} as r
    where {{ is_suppressed(identifiers) }}
    {{ 'union all' if not loop.last }}
{%- endfor %}
