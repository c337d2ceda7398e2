{{ config(severity='warn', tags=['drift']) }}

-- A field that comes, and that nobody reads or has said not to.
select
    workflow_slug as workflow,
    path,
    coalesce({{ filled_percent('filled_share_before') }}, 'nothing came') as before,
    {{ filled_percent('filled_share') }} as after,
    drift_since as since,
    'map it to a column, or give a reason in seeds/registry/ignored_fields.csv' as to_do
from {{ ref('api_payload_fields') }}
where drift = 'new'
