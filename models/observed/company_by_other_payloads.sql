select
    {{ function('normal_domain') }}(r.company_domain) as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    null::timestamptz as refreshed_at,
    {{ receipt_of('r') }} as received_at
from {{ source('raw', 'company_payloads') }} as r
where
    {{ is_new('r') }}
    and not exists (
        select from {{ ref('workflow_readers') }} as w
        where r.workflow_slug = w.workflow_slug
    )
