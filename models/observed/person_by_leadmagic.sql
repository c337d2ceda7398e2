{%- set ended, attended = "(a.item ->> 'end_date')", "(a.item ->> 'attended_year')" -%}
{%- set lasts = "lower(btrim(" ~ ended ~ ")) = 'present'" -%}
{#- two years, or one that is both: `2011-2015` #}
{%- set has_years = attended ~ " ~ '^ *[0-9]{4}( *[-–—] *[0-9]{4})? *$'" -%}
{%- set role = {
    'company': 'company_name',
    'title': 'position_title',
    'locality': 'location',
    'start_date': 'start_date',
    'end_date': ['end_date', 'case when ' ~ lasts ~ ' then null else ' ~ ended ~ ' end'],
    'is_current': ['end_date', 'case when ' ~ lasts ~ " then 'true' end"],
} -%}
{%- set school = {
    'school_name': 'institution_name',
    'degree': 'degree',
    'start_date': [
        'attended_year',
        'case when ' ~ has_years ~ ' then left(btrim(' ~ attended ~ '), 4) else ' ~ attended ~ ' end',
    ],
    'end_date': [
        'attended_year',
        'case when ' ~ has_years ~ ' then right(btrim(' ~ attended ~ '), 4) end',
    ],
} -%}
with payloads as (
    {{ source_payloads('person_by_leadmagic', 'person_payloads') }}
),

parsed as (
    select
        s.entity_key,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        p.*,
        w.start_date
    from payloads as s
    cross join
        lateral jsonb_to_record(s.payload) as p (
            first_name text,
            last_name text,
            full_name text,
            professional_title text,
            bio text,
            location text,
            country text,
            company_name text,
            company_website text,
            company_industry text,
            work_experience jsonb,
            education jsonb
        )
    -- since when: of the role at this employer that has no end
    left join lateral (
        select r.start_date
        from {{ items_of('p.work_experience', 'e') }}
        cross join
            lateral jsonb_to_record(e.item) as r (
                company_name text, position_title text, start_date text, end_date text
            )
        where
            {{ name_stem('r.company_name') }} = {{ name_stem('p.company_name') }}
            and {{ function('as_date') }}(r.end_date) is null
        order by
            {{ function('comparing_form') }}(r.position_title)
            is not distinct from {{ function('comparing_form') }}(p.professional_title) desc,
            e.position
        limit 1
    ) as w on true
)

select
    entity_key as linkedin_url,
    raw_payload_id,
    refreshed_at,
    received_at,

    {{ function('plain_text') }}(full_name) as full_name,
    {{ function('plain_text') }}(first_name) as first_name,
    {{ function('plain_text') }}(last_name) as last_name,
    {{ function('plain_text') }}(bio) as summary,
    {{ function('plain_text') }}(location) as location,
    {{ function('plain_text') }}(country) as country,

    {{ function('plain_text') }}(professional_title) as title,
    {{ function('plain_text') }}(company_name) as company_name,
    {{ function('normal_domain') }}(company_website) as company_domain,
    {{ function('as_date') }}(start_date) as started_on,
    true as is_current,
    {{ function('plain_text') }}(company_industry) as company_industry,

    {{ stated_set('roles', 'work_experience', role) }} as roles,
    {{ stated_set('schools', 'education', school) }} as schools,
    {{ issues_and(unconverted([
        [
            'company_website', 'company_website',
            function('normal_domain') ~ '(company_website)', 'not a domain',
        ],
    ] + kept_as_set('work_experience') + kept_as_set('education') + kept_as_text([
        'full_name', 'first_name', 'last_name', 'bio', 'location', 'country',
        'professional_title', 'company_name', 'company_industry',
    ])), issues_and(
        unusable_in_set('roles', 'work_experience', role),
        unusable_in_set('schools', 'education', school)
    )) }} as _issues
from parsed
