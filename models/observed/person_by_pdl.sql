{%- set role = {
    'company': ['company.name', name_of_member('company')],
    'company_domain': 'company.website',
    'company_linkedin_url': 'company.linkedin_url',
    'title': ['title.name', name_of_member('title')],
    'start_date': 'start_date',
    'end_date': 'end_date',
} -%}
{%- set school = {
    'school_name': ['school.name', name_of_member('school')],
    'degree': ['degrees', texts_of_member('degrees')],
    'field_of_study': ['majors', texts_of_member('majors')],
    'start_date': 'start_date',
    'end_date': 'end_date',
} -%}
with payloads as (
    {{ source_payloads('person_by_pdl', 'person_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        coalesce(s.record ->> 'likelihood', p.likelihood) as said_likelihood,
        p.*
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            full_name text,
            first_name text,
            last_name text,
            job_title text,
            job_company_name text,
            job_company_website text,
            job_company_linkedin_url text,
            job_start_date text,
            work_email text,
            emails jsonb,
            mobile_phone text,
            location_name text,
            location_country text,
            experience jsonb,
            education jsonb,
            likelihood text
        )
),

judged as (
    select
        *,
        {{ likelihood_of('said_likelihood') }} as sure
    from parsed
)

select
    entity_key as linkedin_url,
    raw_payload_id,
    refreshed_at,
    received_at,
    case when {{ is_guess('sure') }} then 'pdl_unlikely' else 'pdl' end as source,
    sure as likelihood,

    {{ function('plain_text') }}(full_name) as full_name,
    {{ function('plain_text') }}(first_name) as first_name,
    {{ function('plain_text') }}(last_name) as last_name,
    {{ function('plain_text') }}(location_name) as location,
    {{ function('plain_text') }}(location_country) as country,

    {{ function('plain_text') }}(job_title) as title,
    {{ function('plain_text') }}(job_company_name) as company_name,
    {{ function('normal_domain') }}(job_company_website) as company_domain,
    {{ function('company_linkedin_url') }}(job_company_linkedin_url) as company_linkedin_url,
    {{ function('as_date') }}(job_start_date) as started_on,
    true as is_current,
    {{ function('phone_number') }}(mobile_phone) as phone,

    (
        select
            jsonb_agg(
                jsonb_build_object('email', a.address, 'seen_at', a.last_seen) order by a.position
            )
        from (
            select
                work_email as address,
                null as last_seen,
                -1 as position
            where work_email is not null
            union all
            select
                e.item ->> 'address' as address,
                e.item ->> 'last_seen' as last_seen,
                e.position
            from {{ items_of('emails', 'e') }}
        ) as a
    ) as emails,

    {{ stated_set('roles', 'experience', role) }} as roles,
    {{ stated_set('schools', 'education', school) }} as schools,
    {{ issues_and(issues_and(unconverted([
        [
            'work_email', 'work_email', function('email_address') ~ '(work_email)',
            'not an e-mail address',
        ],
        [
            'mobile_phone', 'mobile_phone', function('phone_number') ~ '(mobile_phone)',
            'not a phone number',
        ],
        ['emails', 'emails::text', list_of_objects('emails'), 'not a list of objects'],
        [
            'job_company_website', 'job_company_website',
            function('normal_domain') ~ '(job_company_website)', 'not a domain',
        ],
        [
            'job_company_linkedin_url', 'job_company_linkedin_url',
            function('company_linkedin_url') ~ '(job_company_linkedin_url)',
            'not a LinkedIn company URL',
        ],
        ['job_start_date', 'job_start_date', function('as_date') ~ '(job_start_date)', 'not a date'],
        ['likelihood', 'said_likelihood', 'sure', 'not a number'],
    ] + kept_as_set('experience') + kept_as_set('education') + kept_as_text([
        'full_name', 'first_name', 'last_name', 'location_name', 'location_country', 'job_title',
        'job_company_name',
    ])), unusable_items(
        'emails', "u.item ->> 'address'", 'emails[%s].address', 'email_address',
        'not an e-mail address',
    )), issues_and(
        unusable_in_set('roles', 'experience', role),
        unusable_in_set('schools', 'education', school)
    )) }} as _issues
from judged
