{{ config(
    incremental_strategy='keep_best',
    unique_key='company_domain',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'company_payloads'),
        key=function('normal_domain') ~ '(r.company_domain)',
        where=is_extracted_type('company_payloads'),
    ) }}
),

parsed as (
    select
        w.*,
        p.*
    from winners as w
    inner join {{ source('raw', 'company_payloads') }} as r on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
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
        specialties jsonb,
        last_refresh text
    )
),

converted as (
    select
        *,
        {{ function('company_linkedin_url') }}(url) as linkedin_url,
        {{ function('as_bigint') }}(org_id) as linkedin_org_id,
        {{ function('as_bigint') }}(company_id) as company_number,
        {{ function('as_bigint') }}(clay_company_id) as clay_number,
        {{ function('as_integer') }}(founded) as founded_year,
        {{ function('as_integer') }}(employee_count) as employees,
        {{ function('as_integer') }}(follower_count) as followers
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
    {{ function('clean_text') }}(name) as name,
    {{ function('clean_text') }}(description) as description,
    {{ function('clean_text') }}(website) as website,
    {{ function('clean_text') }}(logo_url) as logo_url,
    {{ function('clean_text') }}(type) as company_type,
    {{ function('clean_text') }}(industry) as industry,
    founded_year,
    {{ function('size_bucket') }}(size) as size_range,
    employees as employee_count,
    followers as follower_count,
    {{ function('clean_text') }}(country) as country,
    {{ function('clean_text') }}(locality) as locality,

    {{ primary_location('locations') }} as primary_location,
    case when {{ list_of_anything('locations') }} then locations end as all_locations,
    {{ text_array('specialties') }} as specialties,

    _refreshed_at as source_last_refresh,
    created_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['url', 'url', 'linkedin_url', 'not a LinkedIn company URL'],
        ['org_id', 'org_id', 'linkedin_org_id', 'not a whole number'],
        ['company_id', 'company_id', 'company_number', 'not a whole number'],
        ['clay_company_id', 'clay_company_id', 'clay_number', 'not a whole number'],
        ['founded', 'founded', 'founded_year', 'not a whole number'],
        ['employee_count', 'employee_count', 'employees', 'not a whole number'],
        ['follower_count', 'follower_count', 'followers', 'not a whole number'],
        ['locations', 'locations::text', list_of_objects('locations'), 'not a list of objects'],
        ['specialties', 'specialties::text', list_of_anything('specialties'), 'not a list'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
