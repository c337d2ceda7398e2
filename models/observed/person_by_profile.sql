-- Of winning payloads everything is typed already; the others are read here.
select
    w.linkedin_url,
    w.raw_payload_id,
    w._refreshed_at as refreshed_at,
    w._received_at as received_at,

    w.full_name,
    w.first_name,
    w.last_name,
    w.headline,
    w.summary,
    w.location_name as location,
    w.country,
    w.picture_url,
    w.connections,
    w.num_followers as followers,

    w.latest_title as title,
    w.latest_company as company_name,
    w.latest_company_domain as company_domain,
    w.latest_company_linkedin_url as company_linkedin_url,
    w.latest_start_date as started_on,
    w.latest_end_date as ended_on,
    w.latest_is_current as is_current
from {{ ref('person_profile') }} as w
where {{ is_new('w') }}

union all

select
    s.entity_key as linkedin_url,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    {{ function('plain_text') }}(p.name) as full_name,
    {{ function('plain_text') }}(p.first_name) as first_name,
    {{ function('plain_text') }}(p.last_name) as last_name,
    {{ function('plain_text') }}(p.headline) as headline,
    {{ function('plain_text') }}(p.summary) as summary,
    {{ function('plain_text') }}(p.location_name) as location,
    {{ function('plain_text') }}(p.country) as country,
    coalesce(
        {{ function('plain_text') }}(p.picture_url_orig),
        {{ function('plain_text') }}(p.picture_url_copy)
    ) as picture_url,
    {{ function('as_integer') }}(p.connections) as connections,
    {{ function('as_integer') }}(p.num_followers) as followers,

    {{ function('plain_text') }}(e.title) as title,
    {{ function('plain_text') }}(e.company) as company_name,
    {{ function('normal_domain') }}(e.company_domain) as company_domain,
    {{ function('company_linkedin_url') }}(e.url) as company_linkedin_url,
    {{ function('as_date') }}(e.start_date) as started_on,
    {{ function('as_date') }}(e.end_date) as ended_on,
    {{ function('as_boolean') }}(e.is_current) as is_current
from (
    {{ stated_payloads('person_profile', but_winners=true) }}
) as s
cross join
    lateral jsonb_to_record(s.payload) as p (
        name text,
        first_name text,
        last_name text,
        headline text,
        summary text,
        location_name text,
        country text,
        picture_url_orig text,
        picture_url_copy text,
        connections text,
        num_followers text,
        latest_experience jsonb,
        experience jsonb
    )
cross join
    lateral jsonb_to_record({{ latest_experience('p') }}) as e (
        title text,
        company text,
        company_domain text,
        url text,
        start_date text,
        end_date text,
        is_current text
    )
