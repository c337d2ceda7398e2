select
    {{ function('person_linkedin_url') }}(r.linkedin_url_user_profile) as linkedin_url,
    r.id as raw_payload_id,
    {{ believed_refresh('r.export_timestamp', receipt_of('r')) }} as refreshed_at,
    {{ receipt_of('r') }} as received_at,

    nullif(
        concat_ws(
            ' ',
            {{ function('clean_text') }}(r.first_name),
            {{ function('clean_text') }}(r.last_name)
        ),
        ''
    ) as full_name,
    {{ function('clean_text') }}(r.first_name) as first_name,
    {{ function('clean_text') }}(r.last_name) as last_name,
    {{ function('clean_text') }}(r.profile_headline) as headline,
    {{ function('clean_text') }}(r.profile_summary) as summary,
    {{ function('clean_text') }}(r.location) as location,

    {{ function('clean_text') }}(r.job_title) as title,
    {{ function('clean_text') }}(r.company) as company_name,
    {{ function('normal_domain') }}(r.company_website) as company_domain,
    {{ function('company_linkedin_url') }}(r.linkedin_url_company) as company_linkedin_url,
    {{ function('as_date') }}(r.job_started_on) as started_on,
    true as is_current,

    {{ function('phone_number') }}(r.phone_number) as phone,
    case
        when r.email is not null then jsonb_build_array(jsonb_build_object('email', r.email))
    end as emails
from {{ received('salesnav_scrapes') }} as r
where {{ is_new('r') }}
