{{ config(
    incremental_strategy='keep_best',
    unique_key='linkedin_url',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'person_discovery'),
        key=function('person_linkedin_url') ~ '(r.linkedin_url)',
    ) }}
),

parsed as (
    select
        w.*,
        p.*
    from winners as w
    inner join {{ source('raw', 'person_discovery') }} as r on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        name text,
        first_name text,
        last_name text,
        location_name text,
        domain text,
        latest_experience_title text,
        latest_experience_company text,
        latest_experience_start_date text,
        company_table_id text,
        company_record_id text,
        last_refresh text
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
    {{ function('clean_text') }}(first_name) as first_name,
    {{ function('clean_text') }}(last_name) as last_name,
    {{ function('clean_text') }}(name) as full_name,
    {{ function('clean_text') }}(location_name) as location_name,
    company_domain,
    {{ function('clean_text') }}(latest_experience_title) as latest_title,
    {{ function('clean_text') }}(latest_experience_company) as latest_company,
    latest_start_date,
    {{ function('clean_text') }}(company_table_id) as clay_company_table_id,
    {{ function('clean_text') }}(company_record_id) as clay_company_record_id,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['domain', 'domain', 'company_domain', 'not a domain'],
        ['latest_experience_start_date', 'latest_experience_start_date', 'latest_start_date', 'not a date'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
