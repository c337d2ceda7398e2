{{ config(
    incremental_strategy='keep_best',
    unique_key='domain',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'icp_payloads'), key=function('normal_domain') ~ '(r.domain)'
    ) }}
),

parsed as (
    select
        w.*,
        p.*
    from winners as w
    inner join {{ source('raw', 'icp_payloads') }} as r on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        company_criteria jsonb,
        person_criteria jsonb,
        last_refresh text
    )
)

select
    {{ function('entity_id') }}('extracted.company_icp_criteria', entity_key) as id,
    raw_payload_id,
    entity_key as domain,
    {{ object_or_null('company_criteria') }} as company_criteria,
    {{ object_or_null('person_criteria') }} as person_criteria,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'no timestamp'],
        [
            'company_criteria', 'company_criteria::text', object_or_null('company_criteria'),
            'no JSON object'
        ],
        [
            'person_criteria', 'person_criteria::text', object_or_null('person_criteria'),
            'no JSON object'
        ],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from parsed
