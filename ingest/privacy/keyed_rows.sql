-- Raw rows of a person. The first condition of each is cheap and lets too many through.
select
    'person_payloads' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day
from raw.person_payloads as r
where
    (lower(r.linkedin_url) like any(%(slug_patterns)s) or r.linkedin_url ~ '[^ -~]|%%')
    and reference.person_linkedin_url(r.linkedin_url) = any(%(urls)s)
union all
select
    'person_discovery' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day
from raw.person_discovery as r
where
    (lower(r.linkedin_url) like any(%(slug_patterns)s) or r.linkedin_url ~ '[^ -~]|%%')
    and reference.person_linkedin_url(r.linkedin_url) = any(%(urls)s)
union all
select
    'email_payloads' as raw_table,
    r.id,
    r.workflow_slug,
    (coalesce(r.created_at, r._received_at) at time zone 'UTC')::date as day
from raw.email_payloads as r
where
    (
        (lower(r.linkedin_url) like any(%(slug_patterns)s) or r.linkedin_url ~ '[^ -~]|%%')
        and reference.person_linkedin_url(r.linkedin_url) = any(%(urls)s)
    )
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
                        reference.clean_text(r.full_name), concat_ws(' ', r.first_name, r.last_name)
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
    null as day
from ({salesnav}) as r
where r.is_own or r.is_loose
