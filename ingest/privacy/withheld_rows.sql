create temporary table erased_rows on commit drop as
select
    w.raw_table,
    w.raw_payload_id as id,
    p.workflow_slug,
    (p.received_at at time zone 'UTC')::date as day
from reference.withheld_rows as w
left join
    lateral (
        select
            r.workflow_slug,
            coalesce(r.created_at, r._received_at) as received_at
        from raw.person_payloads as r
        where w.raw_table = 'person_payloads' and w.raw_payload_id = r.id
        union all
        select
            r.workflow_slug,
            coalesce(r.created_at, r._received_at) as received_at
        from raw.person_discovery as r
        where w.raw_table = 'person_discovery' and w.raw_payload_id = r.id
        union all
        select
            r.workflow_slug,
            coalesce(r.created_at, r._received_at) as received_at
        from raw.email_payloads as r
        where w.raw_table = 'email_payloads' and w.raw_payload_id = r.id
    ) as p
    on true
