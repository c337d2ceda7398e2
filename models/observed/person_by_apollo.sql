with payloads as (
    {{ source_payloads('person_by_apollo', 'person_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        p.*,
        o.name as employer,
        o.primary_domain,
        o.website_url,
        o.linkedin_url as employer_url,
        o.industry,
        w.start_date,
        h.headcount,
        h.number as employees,
        {{ bucket_of_headcount() }} as size_bucket
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            first_name text,
            last_name text,
            name text,
            title text,
            headline text,
            email text,
            email_status text,
            city text,
            state text,
            country text,
            employment_history jsonb,
            organization jsonb
        )
    cross join
        lateral jsonb_to_record({{ object_or_null('p.organization') }}) as o (
            name text,
            primary_domain text,
            website_url text,
            linkedin_url text,
            estimated_num_employees text,
            industry text
        )
    left join lateral (
        select e.item ->> 'start_date' as start_date
        from {{ items_of('p.employment_history', 'e') }}
        where {{ function('as_boolean') }}(e.item ->> 'current')
        order by e.position
        limit 1
    ) as w on true
    cross join {{ headcount_of('o.estimated_num_employees') }}
)

select
    entity_key as linkedin_url,
    raw_payload_id,
    refreshed_at,
    received_at,

    {{ function('plain_text') }}(name) as full_name,
    {{ function('plain_text') }}(first_name) as first_name,
    {{ function('plain_text') }}(last_name) as last_name,
    {{ function('plain_text') }}(headline) as headline,
    {{ place_of(['city', 'state'], form='plain_text') }} as location,
    {{ function('plain_text') }}(country) as country,

    {{ function('plain_text') }}(title) as title,
    {{ function('plain_text') }}(employer) as company_name,
    {{ function('normal_domain') }}(coalesce(primary_domain, website_url)) as company_domain,
    {{ function('company_linkedin_url') }}(employer_url) as company_linkedin_url,
    {{ function('as_date') }}(start_date) as started_on,
    true as is_current,
    {{ function('plain_text') }}(website_url) as company_website,
    {{ function('plain_text') }}(industry) as company_industry,
    size_bucket as company_size_bucket,
    employees as company_employee_count,

    case
        -- what stands there until the address is paid for
        when email not like 'email_not_unlocked@%'
            then jsonb_build_array(jsonb_build_object('email', email, 'verdict', email_status))
    end as emails,
    {{ unconverted([
        ['email', 'email', function('email_address') ~ '(email)', 'not an e-mail address'],
        [
            'organization.primary_domain', 'coalesce(primary_domain, website_url)',
            function('normal_domain') ~ '(coalesce(primary_domain, website_url))', 'not a domain',
        ],
        [
            'organization.linkedin_url', 'employer_url',
            function('company_linkedin_url') ~ '(employer_url)', 'not a LinkedIn company URL',
        ],
        [
            'employment_history[].start_date', 'start_date',
            function('as_date') ~ '(start_date)', 'not a date',
        ],
        [
            'employment_history', 'employment_history::text',
            list_of_objects('employment_history'), 'not a list of objects',
        ],
    ] + kept_as_text([
        'name', 'first_name', 'last_name', 'headline', 'title', 'city', 'state', 'country',
    ])) }} as _issues
from parsed
