{{ config(
    incremental_strategy='keep_best',
    unique_key='linkedin_url',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'person_payloads'),
        key=function('person_linkedin_url') ~ '(r.linkedin_url)',
        where=is_extracted_type('person_payloads'),
    ) }}
),

parsed as (
    select
        w.*,
        p.*,
        latest.*
    from winners as w
    inner join {{ source('raw', 'person_payloads') }} as r on w.raw_payload_id = r.id
    cross join
        lateral jsonb_to_record({{ payload_of('r') }}) as p (
            name text,
            first_name text,
            last_name text,
            headline text,
            summary text,
            country text,
            location_name text,
            profile_id text,
            connections text,
            num_followers text,
            jobs_count text,
            picture_url_orig text,
            picture_url_copy text,
            last_refresh text,
            latest_experience jsonb,
            experience jsonb,
            education jsonb,
            certifications jsonb,
            languages jsonb,
            courses jsonb,
            patents jsonb,
            projects jsonb,
            publications jsonb,
            volunteering jsonb,
            awards jsonb
        )
    cross join lateral jsonb_to_record({{ latest_experience('p') }}) as latest (
        title text,
        company text,
        company_domain text,
        url text,
        org_id text,
        locality text,
        start_date text,
        end_date text,
        is_current text
    )
),

converted as (
    select
        *,
        {{ function('as_bigint') }}(profile_id) as linkedin_profile_id,
        {{ function('as_integer') }}(connections) as connections_count,
        {{ function('as_integer') }}(num_followers) as followers_count,
        {{ function('as_integer') }}(jobs_count) as roles_count,
        {{ function('normal_domain') }}(company_domain) as latest_company_domain,
        {{ function('company_linkedin_url') }}(url) as latest_company_linkedin_url,
        {{ function('as_bigint') }}(org_id) as latest_company_org_id,
        {{ function('as_date') }}(start_date) as latest_start_date,
        {{ function('as_date') }}(end_date) as latest_end_date,
        {{ function('as_boolean') }}(is_current) as latest_is_current
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.person_profile', entity_key) as id,
    raw_payload_id,
    entity_key as linkedin_url,
    {{ function('linkedin_slug') }}(entity_key) as linkedin_slug,
    linkedin_profile_id,
    {{ function('clean_text') }}(first_name) as first_name,
    {{ function('clean_text') }}(last_name) as last_name,
    {{ function('clean_text') }}(name) as full_name,
    {{ function('clean_text') }}(headline) as headline,
    {{ function('clean_text') }}(summary) as summary,
    {{ function('clean_text') }}(country) as country,
    {{ function('clean_text') }}(location_name) as location_name,
    connections_count as connections,
    followers_count as num_followers,
    coalesce(
        {{ function('clean_text') }}(picture_url_orig),
        {{ function('clean_text') }}(picture_url_copy)
    ) as picture_url,
    roles_count as jobs_count,

    {{ function('clean_text') }}(title) as latest_title,
    {{ function('clean_text') }}(company) as latest_company,
    latest_company_domain,
    latest_company_linkedin_url,
    latest_company_org_id,
    {{ function('clean_text') }}(locality) as latest_locality,
    latest_start_date,
    latest_end_date,
    latest_is_current,

    certifications,
    languages,
    courses,
    patents,
    projects,
    publications,
    volunteering,
    awards,

    _refreshed_at as source_last_refresh,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['profile_id', 'profile_id', 'linkedin_profile_id', 'not a whole number'],
        ['connections', 'connections', 'connections_count', 'not a whole number'],
        ['num_followers', 'num_followers', 'followers_count', 'not a whole number'],
        ['jobs_count', 'jobs_count', 'roles_count', 'not a whole number'],
        ['latest_experience.company_domain', 'company_domain', 'latest_company_domain', 'not a domain'],
        ['latest_experience.url', 'url', 'latest_company_linkedin_url', 'not a LinkedIn company URL'],
        ['latest_experience.org_id', 'org_id', 'latest_company_org_id', 'not a whole number'],
        ['latest_experience.start_date', 'start_date', 'latest_start_date', 'not a date'],
        ['latest_experience.end_date', 'end_date', 'latest_end_date', 'not a date'],
        ['latest_experience.is_current', 'is_current', 'latest_is_current', 'neither true nor false'],
        [
            'latest_experience', 'latest_experience::text', object_or_null('latest_experience'),
            'not a JSON object'
        ],
        ['experience', 'experience::text', list_of_objects('experience'), 'not a list of objects'],
        ['education', 'education::text', list_of_objects('education'), 'not a list of objects'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
