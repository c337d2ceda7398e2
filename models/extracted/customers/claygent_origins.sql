{{ config(
    incremental_strategy='keep_best',
    unique_key='origin_company_domain',
) }}

with winners as (
    {{ winning_payloads(
        'claygent_origins', columns=['origin_company_name', 'origin_company_linkedin_url']
    ) }}
),

parsed as (
    select
        w.entity_key,
        w.raw_payload_id,
        w.created_at,
        w._refreshed_at,
        w._received_at,
        w.origin_company_name as name,
        w.origin_company_linkedin_url as linkedin_url,
        p.*
    from winners as w
    cross join lateral jsonb_to_record(w.payload) as p (
        customers jsonb,
        result text
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
    nullif({{ issues_and(unconverted([
        ['origin_company_linkedin_url', 'linkedin_url', 'company_linkedin_url', 'not a LinkedIn company URL'],
        ['customers', 'customers::text', list_of_objects('customers'), 'not a list of objects'],
    ] + kept_as_text(['result'])), unusable_names('customers', 'companyName')) }}, '[]') as _issues,
    {{ written_by() }} as _xid
from converted
