select
    {{ function('normal_domain') }}(r.company_domain) as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    null::timestamptz as refreshed_at,
    {{ receipt_of('r') }} as received_at
from {{ source('raw', 'company_payloads') }} as r
where
    {{ is_new('r') }}
    and r.workflow_slug not in (select w.workflow_slug from {{ ref('workflow_readers') }} as w)
