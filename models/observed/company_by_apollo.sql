with payloads as (
    {{ source_payloads('company_by_apollo', 'company_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        p.*,
        h.headcount,
        h.number as employee_count,
        {{ bucket_of_headcount() }} as size_bucket
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            name text,
            website_url text,
            linkedin_url text,
            industry text,
            estimated_num_employees text,
            founded_year text,
            annual_revenue_printed text,
            total_funding_printed text,
            city text,
            state text,
            country text,
            short_description text,
            keywords jsonb
        )
    cross join {{ headcount_of('p.estimated_num_employees') }}
)

select
    entity_key as domain,
    raw_payload_id,
    refreshed_at,
    received_at,

    {{ function('plain_text') }}(name) as name,
    {{ function('company_linkedin_url') }}(linkedin_url) as linkedin_url,
    {{ function('plain_text') }}(website_url) as website,
    {{ function('plain_text') }}(short_description) as description,
    {{ function('plain_text') }}(industry) as industry,
    {{ text_array('keywords') }} as specialties,
    size_bucket,
    employee_count,
    {{ function('as_year') }}(founded_year) as founded_year,
    {{ stated_amount('annual_revenue_printed') }} as annual_revenue,
    {{ stated_amount('total_funding_printed') }} as total_funding,
    {{ function('plain_text') }}(country) as country,
    {{ place_of(['city', 'state'], 'plain_text') }} as location,

    {{ unconverted([
        [
            'estimated_num_employees', 'estimated_num_employees', 'headcount',
            'neither a number nor a range',
        ],
        ['founded_year', 'founded_year', function('as_year') ~ '(founded_year)', 'not a year'],
        [
            'linkedin_url', 'linkedin_url', function('company_linkedin_url') ~ '(linkedin_url)',
            'not a LinkedIn company URL',
        ],
        ['keywords', 'keywords::text', list_of_texts('keywords'), 'not a list of texts'],
    ] + kept_as_text([
        'name', 'website_url', 'short_description', 'industry', 'annual_revenue_printed',
        'total_funding_printed', 'country', 'city', 'state',
    ])) }} as _issues
from parsed
