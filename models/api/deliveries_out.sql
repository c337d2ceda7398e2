select
    d.id as delivery_id,
    j._number as job,
    j._kind as kind,
    d.entity,
    d.entity_key,
    d.destination,
    d.state,
    d.attempts,
    d.http_status,
    d.error,
    d.created_at as selected_at,
    d.changed_at,
    d.sent_at,
    d.result_table,
    d.result_id,
    d.result_at
from {{ source('raw', 'outbound_deliveries') }} as d
inner join {{ source('raw', 'email_waterfall_jobs') }} as j on d.job_id = j.id
