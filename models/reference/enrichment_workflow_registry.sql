{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'id'},
) }}

select
    {{ function('entity_id') }}('reference.enrichment_workflow_registry', w.workflow_slug) as id,
    w.workflow_slug,
    w.provider,
    w.platform,
    w.payload_type,
    w.entity_type,
    w.description,
    w.created_at,

    w.read_by as _read_by,
    w.raw_table as _raw_table,
    w.key_fields as _key_fields,
    w.wrapper_keys as _wrapper_keys,
    w.idempotency_field as _idempotency_field,
    {{ written_by() }} as _xid
from {{ ref('workflows') }} as w
where {{ is_rescan() }}
