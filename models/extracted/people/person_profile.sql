{{ config(
    incremental_strategy='keep_best',
    unique_key='linkedin_url',
) }}

with winners as (
    {{ winning_payloads('person_profile') }}
),

parsed as (
    select
        w.entity_key,
        w.raw_payload_id,
        w.created_at,
        w._refreshed_at,
        w._received_at,
        p.*,
        latest.*
    from winners as w
    cross join
        lateral jsonb_to_record(w.payload) as p (
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
    {{ function('plain_text') }}(first_name) as first_name,
    {{ function('plain_text') }}(last_name) as last_name,
    {{ function('plain_text') }}(name) as full_name,
    {{ function('plain_text') }}(headline) as headline,
    {{ function('plain_text') }}(summary) as summary,
    {{ function('plain_text') }}(country) as country,
    {{ function('plain_text') }}(location_name) as location_name,
    connections_count as connections,
    followers_count as num_followers,
    coalesce(
        {{ function('plain_text') }}(picture_url_orig),
        {{ function('plain_text') }}(picture_url_copy)
    ) as picture_url,
    roles_count as jobs_count,

    {{ function('plain_text') }}(title) as latest_title,
    {{ function('plain_text') }}(company) as latest_company,
    latest_company_domain,
    latest_company_linkedin_url,
    latest_company_org_id,
    {{ function('plain_text') }}(locality) as latest_locality,
    latest_start_date,
    latest_end_date,
    latest_is_current,

    {{ list_of('certifications') }} as certifications,
    {{ list_of('languages') }} as languages,
    {{ list_of('courses') }} as courses,
    {{ list_of('patents') }} as patents,
    {{ list_of('projects') }} as projects,
    {{ list_of('publications') }} as publications,
    {{ list_of('volunteering') }} as volunteering,
    {{ list_of('awards') }} as awards,

    _refreshed_at as source_last_refresh,
    created_at,
    _received_at as updated_at,

    _refreshed_at,
    _received_at,
    {{ unconverted([
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
    ] + kept_as_text([
        'name', 'first_name', 'last_name', 'headline', 'summary', 'country', 'location_name',
        'picture_url_orig', 'picture_url_copy',
    ]) + kept_as_text(
        ['title', 'company', 'locality'], path='latest_experience.'
    ) + kept_as_list([
        'certifications', 'languages', 'courses', 'patents', 'projects', 'publications',
        'volunteering', 'awards',
    ])) }} as _issues,
    {{ written_by() }} as _xid
from converted
