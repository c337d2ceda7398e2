-- Rows of exports that are a person's. What is cheap comes first.
select
    r.id,
    r.linkedin_user_profile_urn,
    r.first_name,
    r.last_name,
    r.email,
    r.phone_number,
    r.linkedin_url_user_profile,
    r.company,
    r.company_website
from raw.salesnav_scrapes as r
where
    (
        (
            lower(r.linkedin_url_user_profile) like any(%(slug_patterns)s)
            or r.linkedin_url_user_profile ~ '[^ -~]|%%'
        )
        and reference.person_linkedin_url(r.linkedin_url_user_profile) = any(%(urls)s)
    )
    or (
        lower(r.linkedin_user_profile_urn) like any(%(slug_patterns)s)
        and substring(r.linkedin_user_profile_urn from 'AC[ow]AA[A-Za-z0-9_-]+') = any(%(slugs)s)
    )
    or (
        lower(r.email) like any(%(email_patterns)s)
        and reference.email_address(r.email) = any(%(emails)s)
    )
    or (
        %(phones)s::text[] <> '{}'
        and r.phone_number is not null
        and privacy.phone_digits(r.phone_number) = any(%(phones)s)
    )
    or (
        r.linkedin_user_profile_urn is null
        and reference.comparing_form(concat_ws(' ', r.first_name, r.last_name)) = any(%(name_keys)s)
        and reference.person_linkedin_url(r.linkedin_url_user_profile) is null
        and (
            reference.normal_domain(r.company_website) = any(%(domains)s)
            or reference.company_name_stem(r.company) = any(%(companies)s)
        )
    )
