{{ config(
    incremental_strategy='keep_best',
    unique_key='domain',
) }}

with winners as (
    {{ winning_payloads('company_discovery') }}
),

parsed as (
    select
        w.entity_key,
        w.raw_payload_id,
        w.created_at,
        w._refreshed_at,
        w._received_at,
        p.*
    from winners as w
    cross join lateral jsonb_to_record(w.payload) as p (
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
        derived_datapoints jsonb
    )
),

converted as (
    select
        *,
        {{ function('company_linkedin_url') }}(linkedin_url) as profile_url,
        {{ function('as_bigint') }}(linkedin_company_id) as linkedin_number,
        {{ function('as_bigint') }}(clay_company_id) as clay_number,
        {{ function('plain_text') }}(size) as size_text
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.company_discovery', entity_key) as id,
    raw_payload_id,
    entity_key as domain,
    {{ function('plain_text') }}(name) as name,
    profile_url as linkedin_url,
    linkedin_number as linkedin_company_id,
    clay_number as clay_company_id,
    {{ function('size_bucket') }}(size_text) as size,
    {{ function('plain_text') }}(type) as type,
    {{ function('plain_text') }}(country) as country,
    {{ function('plain_text') }}(location) as location,
    {{ function('plain_text') }}(industry) as industry,
    {{ list_of('industries') }} as industries,
    {{ function('plain_text') }}(description) as description,
    {{ function('plain_text') }}(annual_revenue) as annual_revenue,
    {{ function('plain_text') }}(total_funding_amount_range_usd) as total_funding_amount_range_usd,
    resolved_domain,
    derived_datapoints,
    _refreshed_at as source_last_refresh,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['linkedin_url', 'linkedin_url', 'profile_url', 'not a LinkedIn company URL'],
        ['linkedin_company_id', 'linkedin_company_id', 'linkedin_number', 'not a whole number'],
        ['clay_company_id', 'clay_company_id', 'clay_number', 'not a whole number'],
        ['industries', 'industries::text', list_of_texts('industries'), 'not a list of texts'],
    ] + kept_as_text([
        'name', 'type', 'country', 'location', 'size', 'industry', 'description', 'annual_revenue',
        'total_funding_amount_range_usd',
    ])) }} as _issues,
    {{ written_by() }} as _xid
from converted
