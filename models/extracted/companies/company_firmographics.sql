{{ config(
    incremental_strategy='keep_best',
    unique_key='company_domain',
) }}

with winners as (
    {{ winning_payloads('company_firmographics') }}
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
        url text,
        org_id text,
        company_id text,
        clay_company_id text,
        name text,
        description text,
        website text,
        logo_url text,
        type text,
        industry text,
        founded text,
        size text,
        employee_count text,
        follower_count text,
        country text,
        locality text,
        locations jsonb,
        specialties jsonb
    )
),

converted as (
    select
        *,
        {{ function('company_linkedin_url') }}(url) as linkedin_url,
        {{ function('as_bigint') }}(org_id) as linkedin_org_id,
        {{ function('as_bigint') }}(company_id) as company_number,
        {{ function('as_bigint') }}(clay_company_id) as clay_number,
        {{ function('as_year') }}(founded) as founded_year,
        {{ function('as_integer') }}(employee_count) as employees,
        {{ function('as_integer') }}(follower_count) as followers,
        {{ function('plain_text') }}(size) as size_text
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.company_firmographics', entity_key) as id,
    raw_payload_id,
    entity_key as company_domain,
    linkedin_url,
    {{ function('linkedin_slug') }}(linkedin_url) as linkedin_slug,
    linkedin_org_id,
    coalesce(company_number, clay_number) as clay_company_id,
    {{ function('plain_text') }}(name) as name,
    {{ function('plain_text') }}(description) as description,
    {{ function('plain_text') }}(website) as website,
    {{ function('plain_text') }}(logo_url) as logo_url,
    {{ function('plain_text') }}(type) as company_type,
    {{ function('plain_text') }}(industry) as industry,
    founded_year,
    {{ function('size_bucket') }}(size_text) as size_range,
    employees as employee_count,
    followers as follower_count,
    {{ function('plain_text') }}(country) as country,
    {{ function('plain_text') }}(locality) as locality,

    {{ primary_location('locations') }} as primary_location,
    {{ list_of('locations') }} as all_locations,
    {{ text_array('specialties') }} as specialties,

    _refreshed_at as source_last_refresh,
    created_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['url', 'url', 'linkedin_url', 'not a LinkedIn company URL'],
        ['org_id', 'org_id', 'linkedin_org_id', 'not a whole number'],
        ['company_id', 'company_id', 'company_number', 'not a whole number'],
        ['clay_company_id', 'clay_company_id', 'clay_number', 'not a whole number'],
        ['founded', 'founded', 'founded_year', 'not a year'],
        ['employee_count', 'employee_count', 'employees', 'not a whole number'],
        ['follower_count', 'follower_count', 'followers', 'not a whole number'],
        ['locations', 'locations::text', list_of_objects('locations'), 'not a list of objects'],
        ['specialties', 'specialties::text', list_of_texts('specialties'), 'not a list of texts'],
    ] + kept_as_text([
        'name', 'description', 'website', 'logo_url', 'type', 'industry', 'size', 'country', 'locality',
    ])) }} as _issues,
    {{ written_by() }} as _xid
from converted
