-- Three payloads under three spellings; the newest stands first in its file.
select
    f.company_domain as domain,
    r.company_domain as received_as,
    r.raw_payload ->> 'name' as name,
    reference.as_timestamptz(r.raw_payload ->> 'last_refresh') as last_refresh,
    r.id = f.raw_payload_id as won
from extracted.company_firmographics as f
inner join raw.company_payloads as r
    on f.company_domain = reference.normal_domain(r.company_domain)
where
    f.company_domain = 'acme-widgets.example'
    and r.workflow_slug = 'clay-company-firmographics'
order by won desc, last_refresh desc nulls last, r.id
