-- Payloads of profiles that nothing depends on: the ones to be pruned (docs/operations.md).
with cited as materialized (
    select p.raw_payload_id from api.provenance as p
    where p.raw_table = 'person_payloads'
)

select r.id
from raw.person_payloads as r
inner join extracted.person_profile as p
    on p.linkedin_url = reference.person_linkedin_url(r.linkedin_url)
where
    coalesce(r.created_at, r._received_at) < now() - %(older_than)s::interval
    -- superseded, and not the first receipt
    and p.raw_payload_id <> r.id
    and coalesce(r.created_at, r._received_at) > p.created_at
    and r.id not in (select c.raw_payload_id from cited as c)
    -- the winner names all its employers, and they were known before
    and not exists (
        select from core.company_observations as o
        inner join api.company_domains as d on o.domain = d.domain
        inner join core.companies as c on d.canonical_domain = c.domain
        where
            o.raw_payload_id = r.id
            and (
                c.created_at = o.received_at
                or not exists (
                    select from core.company_observations as w
                    where w.raw_payload_id = p.raw_payload_id and w.domain = o.domain
                )
            )
    )
    -- what is reported stays, and so does what waits for a model that reads its workflow
    and not exists (
        select from extracted.extraction_issues as i
        where i.raw_payload_id = r.id
    )
    and r.workflow_slug in (
        select w.workflow_slug from reference.workflow_readers as w
        where w.model = 'person_profile'
    )
    -- all models that read it have done so
    and 4 = (
        select count(*) from extracted.watermarks as w
        where
            w.model in (
                'person_profile', 'person_observations', 'company_observations', 'extraction_issues'
            )
            and not reference.is_unseen(r._xid, w.seen)
    )
