{{ config(
    incremental_strategy='keep_best',
    unique_key='origin_company_domain',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'company_customer_claygent_payloads'),
        key=function('normal_domain') ~ '(r.origin_company_domain)',
    ) }}
),

parsed as (
    select
        w.*,
        r.origin_company_name as name,
        r.origin_company_linkedin_url as linkedin_url,
        p.*
    from winners as w
    inner join
        {{ source('raw', 'company_customer_claygent_payloads') }} as r
        on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        customers jsonb,
        last_refresh text
    )
),

converted as (
    select
        *,
        {{ function('company_linkedin_url') }}(linkedin_url) as company_linkedin_url
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.claygent_origins', entity_key) as id,
    raw_payload_id,
    entity_key as origin_company_domain,
    {{ function('clean_text') }}(name) as origin_company_name,
    company_linkedin_url as origin_company_linkedin_url,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['origin_company_linkedin_url', 'linkedin_url', 'company_linkedin_url', 'not a LinkedIn company URL'],
        ['customers', 'customers::text', list_of_objects('customers'), 'not a list of objects'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
