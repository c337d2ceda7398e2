{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': 'id'},
) }}

-- Apart from the registry, so that a workflow which nothing reads yet makes no model read anew.
with named as (
    select
        w.workflow_slug,
        w.read_by as model
    from {{ ref('workflows') }} as w

    union all

    select
        a.alias as workflow_slug,
        w.read_by as model
    from {{ ref('workflow_aliases') }} as a
    inner join {{ ref('workflows') }} as w on a.workflow_slug = w.workflow_slug
)

select
    {{ function('entity_id') }}('reference.workflow_readers', workflow_slug) as id,
    workflow_slug,
    model,

    {{ written_by() }} as _xid
from named
where model is not null and {{ is_rescan() }}
