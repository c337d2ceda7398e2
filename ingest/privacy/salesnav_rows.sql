-- Rows of exports that are a person's, or carry an address or number of theirs: found by coarse
-- forms, which indexes hold, and then told by normal ones. A row that brings a profile is that
-- profile's, whatever address it carries; a URN that has no member id is no profile, and is carried
-- as an address is.
select f.*
from (
    select
        x.*,
        x.linkedin_url is null and x.member_url is null as is_loose,
        coalesce(
            x.own_url = any(%(urls)s::text[]) or x.member_url = any(%(urls)s::text[]), false
        ) as is_own,
        coalesce(
            x.address = any(%(emails)s::text[])
            or x.digits = any(%(phones)s::text[])
            or x.urn = any(%(urns)s::text[]),
            false
        ) as is_carrier,
        coalesce(
            reference.comparing_form(x.name) = any(%(name_keys)s::text[])
            and (
                x.domain = any(%(domains)s::text[])
                or reference.company_name_stem(x.company) = any(%(companies)s::text[])
            ),
            false
        ) as is_named
    from (
        select
            r.id,
            r.phone_number,
            r.company,
            reference.person_linkedin_url(r.linkedin_url_user_profile) as linkedin_url,
            privacy.profile_of(r.linkedin_url_user_profile) as own_url,
            'https://www.linkedin.com/in/'
            || substring(r.linkedin_user_profile_urn from 'AC[ow]AA[A-Za-z0-9_-]+') as member_url,
            raw.urn_key(r.linkedin_user_profile_urn) as urn,
            reference.email_address(r.email) as address,
            privacy.phone_digits(r.phone_number) as digits,
            reference.normal_domain(r.company_website) as domain,
            concat_ws(' ', reference.clean_text(r.first_name), reference.clean_text(r.last_name))
                as name
        from raw.salesnav_scrapes as r
        where
            raw.profile_key(r.linkedin_url_user_profile) = any(%(profile_keys)s::text[])
            or raw.member_key(r.linkedin_user_profile_urn) = any(%(member_keys)s::text[])
            or raw.urn_key(r.linkedin_user_profile_urn) = any(%(urns)s::text[])
            or raw.email_key(r.email) = any(%(email_keys)s::text[])
            or raw.phone_key(r.phone_number) = any(%(phone_keys)s::text[])
            or (
                raw.member_key(r.linkedin_user_profile_urn) is null
                and raw.name_key(r.first_name, r.last_name) = any(%(coarse_names)s::text[])
            )
        -- a fence: what is asked again and again is computed once, and planned once
        offset 0
    ) as x
    offset 0
) as f
where f.is_own or f.is_carrier or (f.is_loose and f.is_named)
