{{ config(severity='warn', tags=['drift']) }}

-- A field that columns are made of is filled half as often as it was.
select
    workflow_slug as workflow,
    path,
    {{ filled_percent('filled_share_before') }} as before,
    {{ filled_percent('filled_share') }} as after,
    drift_since as since,
    'compare a payload of before with one of now, and ask the provider' as to_do
from {{ ref('api_payload_fields') }}
where drift = 'halved'
