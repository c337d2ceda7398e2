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

    {{ written_by() }} as _xid
from {{ ref('workflows') }} as w
where {{ is_rescan() }}
