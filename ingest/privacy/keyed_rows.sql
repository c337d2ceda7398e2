-- Raw rows of a person. The first condition of each lets too many through, and an index has it.
select
    'person_payloads' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day,
    r._xid
from raw.person_payloads as r
where
    raw.profile_key(r.linkedin_url) = any(%(profile_keys)s::text[])
    and (
        privacy.profile_of(r.linkedin_url) = any(%(urls)s)
        or raw.urn_key(r.linkedin_url) = any(%(urns)s::text[])
    )
union all
select
    'person_discovery' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day,
    r._xid
from raw.person_discovery as r
where
    raw.profile_key(r.linkedin_url) = any(%(profile_keys)s::text[])
    and (
        privacy.profile_of(r.linkedin_url) = any(%(urls)s)
        or raw.urn_key(r.linkedin_url) = any(%(urns)s::text[])
    )
union all
select
    'email_payloads' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day,
    r._xid
from (
    select x.id from raw.email_payloads as x
    where raw.profile_key(x.linkedin_url) = any(%(profile_keys)s::text[])
    union
    select x.id from raw.email_payloads as x
    where raw.name_key(x.full_name, null) = any(%(coarse_names)s::text[])
    union
    select x.id from raw.email_payloads as x
    where raw.name_key(x.first_name, x.last_name) = any(%(coarse_names)s::text[])
    union
    select s.raw_payload_id as id from extracted.person_emails as s
    where s.linkedin_url is null and s.email = any(%(emails)s)
) as c
inner join raw.email_payloads as r on c.id = r.id
where
    privacy.profile_of(r.linkedin_url) = any(%(urls)s)
    or raw.urn_key(r.linkedin_url) = any(%(urns)s::text[])
    or (
        reference.person_linkedin_url(r.linkedin_url) is null
        and (
            r.id in (
                select s.raw_payload_id from extracted.person_emails as s
                where s.linkedin_url is null and s.email = any(%(emails)s)
            )
            or (
                reference.comparing_form(
                    coalesce(
                        reference.clean_text(r.full_name),
                        concat_ws(' ', r.first_name, r.last_name)
                    )
                ) = any(%(name_keys)s)
                and reference.normal_domain(r.company_domain) = any(%(domains)s)
            )
        )
    )
union all
select
    'salesnav_scrapes' as raw_table,
    r.id,
    null as workflow_slug,
    null as day,
    null as _xid
from ({salesnav}) as r
where r.is_own or r.is_loose
