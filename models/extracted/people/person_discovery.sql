{{ config(
    incremental_strategy='keep_best',
    unique_key='linkedin_url',
) }}

with winners as (
    {{ winning_payloads('person_discovery') }}
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
        first_name text,
        last_name text,
        location_name text,
        domain text,
        latest_experience_title text,
        latest_experience_company text,
        latest_experience_start_date text,
        company_table_id text,
        company_record_id text
    )
),

converted as (
    select
        *,
        {{ function('normal_domain') }}(domain) as company_domain,
        {{ function('as_date') }}(latest_experience_start_date) as latest_start_date
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.person_discovery', entity_key) as id,
    raw_payload_id,
    entity_key as linkedin_url,
    {{ function('plain_text') }}(first_name) as first_name,
    {{ function('plain_text') }}(last_name) as last_name,
    {{ function('plain_text') }}(name) as full_name,
    {{ function('plain_text') }}(location_name) as location_name,
    company_domain,
    {{ function('plain_text') }}(latest_experience_title) as latest_title,
    {{ function('plain_text') }}(latest_experience_company) as latest_company,
    latest_start_date,
    {{ function('plain_text') }}(company_table_id) as clay_company_table_id,
    {{ function('plain_text') }}(company_record_id) as clay_company_record_id,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['domain', 'domain', 'company_domain', 'not a domain'],
        ['latest_experience_start_date', 'latest_experience_start_date', 'latest_start_date', 'not a date'],
    ] + kept_as_text([
        'name', 'first_name', 'last_name', 'location_name', 'latest_experience_title',
        'latest_experience_company', 'company_table_id', 'company_record_id',
    ])) }} as _issues,
    {{ written_by() }} as _xid
from converted
