{%- set role = {
    'company': 'organization_name',
    'title': 'title',
    'start_date': 'start_date',
    'end_date': 'end_date',
    'is_current': 'current',
} -%}
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
        o.estimated_num_employees,
        h.number as employees,
        coalesce(
            {{ function('normal_domain') }}(o.primary_domain),
            {{ function('normal_domain') }}(o.website_url)
        ) as employer_domain,
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
    -- since when: of the role at this employer that lasts
    left join lateral (
        select r.start_date
        from {{ items_of('p.employment_history', 'e') }}
        cross join
            lateral jsonb_to_record(e.item) as r (
                organization_name text, title text, start_date text, current text
            )
        where
            {{ function('as_boolean') }}(r.current)
            and (
                {{ function('plain_text') }}(o.name) is null
                or {{ name_stem('r.organization_name') }} = {{ name_stem('o.name') }}
            )
        order by
            {{ function('comparing_form') }}(r.title)
            is not distinct from {{ function('comparing_form') }}(p.title) desc,
            e.position
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
    {{ place_of(['city', 'state'], 'plain_text') }} as location,
    {{ function('plain_text') }}(country) as country,

    {{ function('plain_text') }}(title) as title,
    {{ function('plain_text') }}(employer) as company_name,
    employer_domain as company_domain,
    {{ function('company_linkedin_url') }}(employer_url) as company_linkedin_url,
    {{ function('as_date') }}(start_date) as started_on,
    true as is_current,
    {{ function('plain_text') }}(website_url) as company_website,
    {{ function('plain_text') }}(industry) as company_industry,
    size_bucket as company_size_bucket,
    employees as company_employee_count,

    case
        -- what stands there until the address is paid for
        when {{ function('lower_text') }}(ltrim(email)) not like 'email\_not\_unlocked@%'
            then jsonb_build_array(jsonb_build_object('email', email, 'verdict', email_status))
    end as emails,

    {{ stated_set('roles', 'employment_history', role) }} as roles,
    {{ issues_and(unconverted([
        ['email', 'email', function('email_address') ~ '(email)', 'not an e-mail address'],
        [
            'organization.primary_domain', 'primary_domain',
            function('normal_domain') ~ '(primary_domain)', 'not a domain',
        ],
        [
            'organization.website_url', 'website_url',
            'case when ' ~ function('plain_text') ~ '(website_url) is not null'
            ~ ' then employer_domain end',
            'not a domain',
        ],
        [
            'organization.estimated_num_employees', 'estimated_num_employees', 'headcount',
            'neither a number nor a range',
        ],
        [
            'organization.name', 'employer', function('plain_text') ~ '(employer)', 'not text',
        ],
        [
            'organization.industry', 'industry', function('plain_text') ~ '(industry)', 'not text',
        ],
        [
            'organization.linkedin_url', 'employer_url',
            function('company_linkedin_url') ~ '(employer_url)', 'not a LinkedIn company URL',
        ],
    ] + kept_as_set('employment_history') + kept_as_object('organization') + kept_as_text([
        'name', 'first_name', 'last_name', 'headline', 'title', 'email_status', 'city', 'state',
        'country',
    ])), unusable_in_set('roles', 'employment_history', role)) }} as _issues
from parsed
