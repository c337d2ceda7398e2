{{ config(severity='error', tags=['drift']) }}

-- A field that columns are made of does not come any more: they will be empty.
select
    f.workflow_slug as workflow,
    f.path,
    {{ filled_percent('f.filled_share_until') }} as before,
    case
        when f.payloads_since_filled > 0 then 'none of ' || f.payloads_since_filled || ' payloads'
        else {{ filled_percent('f.filled_share') }}
    end as after,
    f.drift_since as last_filled,
    'ask the provider; if it has another name now, map that to '
    || array_to_string(f.mapped_to, ', ')
    || '; if it is gone for good, say so in seeds/registry/ignored_fields.csv' as to_do
from {{ ref('api_payload_fields') }} as f
where f.drift = 'vanished'
