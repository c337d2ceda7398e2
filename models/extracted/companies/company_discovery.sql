{{ config(
    incremental_strategy='keep_best',
    unique_key='domain',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'company_discovery'),
        key=function('normal_domain') ~ '(r.company_domain)',
    ) }}
),

parsed as (
    select
        w.*,
        p.*
    from winners as w
    inner join {{ source('raw', 'company_discovery') }} as r on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        name text,
        linkedin_url text,
        linkedin_company_id text,
        clay_company_id text,
        size text,
        type text,
        country text,
        location text,
        industry text,
        industries jsonb,
        description text,
        annual_revenue text,
        total_funding_amount_range_usd text,
        resolved_domain jsonb,
        derived_datapoints jsonb,
        last_refresh text
    )
),

converted as (
    select
        *,
        {{ function('company_linkedin_url') }}(linkedin_url) as profile_url,
        {{ function('as_bigint') }}(linkedin_company_id) as linkedin_number,
        {{ function('as_bigint') }}(clay_company_id) as clay_number
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.company_discovery', entity_key) as id,
    raw_payload_id,
    entity_key as domain,
    {{ function('clean_text') }}(name) as name,
    profile_url as linkedin_url,
    linkedin_number as linkedin_company_id,
    clay_number as clay_company_id,
    {{ function('size_bucket') }}(size) as size,
    {{ function('clean_text') }}(type) as type,
    {{ function('clean_text') }}(country) as country,
    {{ function('clean_text') }}(location) as location,
    {{ function('clean_text') }}(industry) as industry,
    industries,
    {{ function('clean_text') }}(description) as description,
    {{ function('clean_text') }}(annual_revenue) as annual_revenue,
    {{ function('clean_text') }}(total_funding_amount_range_usd) as total_funding_amount_range_usd,
    resolved_domain,
    derived_datapoints,
    _refreshed_at as source_last_refresh,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['linkedin_url', 'linkedin_url', 'profile_url', 'not a LinkedIn company URL'],
        ['linkedin_company_id', 'linkedin_company_id', 'linkedin_number', 'not a whole number'],
        ['clay_company_id', 'clay_company_id', 'clay_number', 'not a whole number'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
