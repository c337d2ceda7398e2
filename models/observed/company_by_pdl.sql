with payloads as (
    {{ source_payloads('company_by_pdl', 'company_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        coalesce(s.record ->> 'likelihood', p.likelihood) as said_likelihood,
        p.*,
        l.locality,
        l.region,
        l.country,
        h.headcount,
        {{ function('as_integer') }}(p.employee_count) as employees,
        {{ bucket_of_headcount() }} as size_bucket
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            name text,
            display_name text,
            size text,
            employee_count text,
            founded text,
            industry text,
            linkedin_url text,
            website text,
            location jsonb,
            type text,
            tags jsonb,
            inferred_revenue text,
            total_funding_raised text,
            likelihood text
        )
    cross join
        lateral jsonb_to_record({{ object_or_null('p.location') }}) as l (
            locality text, region text, country text
        )
    cross join {{ headcount_of(
        'coalesce(' ~ function('headcount') ~ '(p.employee_count), p.size)'
    ) }}
),

judged as (
    select
        *,
        {{ likelihood_of('said_likelihood') }} as sure
    from parsed
)

select
    entity_key as domain,
    raw_payload_id,
    refreshed_at,
    received_at,
    case when {{ is_guess('sure') }} then 'pdl_unlikely' else 'pdl' end as source,
    sure as likelihood,

    coalesce(
        {{ function('plain_text') }}(display_name),
        {{ function('plain_text') }}(name)
    ) as name,
    {{ function('company_linkedin_url') }}(linkedin_url) as linkedin_url,
    {{ function('plain_text') }}(website) as website,
    {{ function('plain_text') }}(type) as company_type,
    {{ function('plain_text') }}(industry) as industry,
    {{ text_array('tags') }} as specialties,
    size_bucket,
    employees as employee_count,
    {{ function('as_year') }}(founded) as founded_year,
    {{ stated_amount('inferred_revenue') }} as annual_revenue,
    {{ stated_amount('total_funding_raised') }} as total_funding,
    {{ function('plain_text') }}(country) as country,
    {{ place_of(['locality', 'region'], 'plain_text') }} as location,

    {{ unconverted([
        ['size', 'size', function('headcount') ~ '(size)', 'neither a number nor a range'],
        ['employee_count', 'employee_count', 'employees', 'not a whole number'],
        ['founded', 'founded', function('as_year') ~ '(founded)', 'not a year'],
        [
            'linkedin_url', 'linkedin_url', function('company_linkedin_url') ~ '(linkedin_url)',
            'not a LinkedIn company URL',
        ],
        ['tags', 'tags::text', list_of_texts('tags'), 'not a list of texts'],
        ['likelihood', 'said_likelihood', 'sure', 'not a number'],
    ] + kept_as_object('location') + kept_as_text([
        'name', 'display_name', 'website', 'type', 'industry', 'inferred_revenue',
        'total_funding_raised',
    ]) + kept_as_text(['locality', 'region', 'country'], 'location.')) }} as _issues
from judged
