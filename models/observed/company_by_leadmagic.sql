with payloads as (
    {{ source_payloads('company_by_leadmagic', 'company_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        p.*,
        q.city,
        q.country,
        h.headcount,
        h.number as employee_count,
        {{ bucket_of_headcount() }} as size_bucket
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            "companyName" text,
            description text,
            "employeeCount" text,
            "employeeRange" text,
            industry text,
            founded text,
            headquarter jsonb,
            revenue_formatted text,
            total_funding text,
            b2b_profile_url text
        )
    cross join
        lateral jsonb_to_record({{ object_or_null('p.headquarter') }}) as q (
            city text, country text
        )
    cross join {{ headcount_of(
        'coalesce(' ~ function('headcount') ~ '(p."employeeCount"), p."employeeRange")'
    ) }}
)

select
    entity_key as domain,
    raw_payload_id,
    refreshed_at,
    received_at,

    {{ function('plain_text') }}("companyName") as name,
    {{ function('company_linkedin_url') }}(b2b_profile_url) as linkedin_url,
    {{ function('plain_text') }}(description) as description,
    {{ function('plain_text') }}(industry) as industry,
    size_bucket,
    employee_count,
    {{ function('as_year') }}(founded) as founded_year,
    {{ stated_amount('revenue_formatted') }} as annual_revenue,
    {{ stated_amount('total_funding') }} as total_funding,
    {{ function('plain_text') }}(country) as country,
    {{ function('plain_text') }}(city) as location,

    {{ unconverted([
        [
            'employeeCount', '"employeeCount"', function('headcount') ~ '("employeeCount")',
            'neither a number nor a range',
        ],
        [
            'employeeRange', '"employeeRange"', function('headcount') ~ '("employeeRange")',
            'neither a number nor a range',
        ],
        ['founded', 'founded', function('as_year') ~ '(founded)', 'not a year'],
        [
            'b2b_profile_url', 'b2b_profile_url',
            function('company_linkedin_url') ~ '(b2b_profile_url)', 'not a LinkedIn company URL',
        ],
        ['companyName', '"companyName"', function('plain_text') ~ '("companyName")', 'not text'],
    ] + kept_as_object('headquarter') + kept_as_text([
        'description', 'industry', 'revenue_formatted', 'total_funding',
    ]) + kept_as_text(['city', 'country'], 'headquarter.')) }} as _issues
from parsed
