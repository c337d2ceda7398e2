create temporary table company_statements_kept on commit drop as
select
    (
        left(replace(o.raw_payload_id::text, '-', ''), 25) || right(md5(gen_random_uuid()::text), 7)
    )::uuid
        as id,
    o.id as observation_id,
    o.raw_payload_id,
    o.source,
    coalesce(p.provider, d.provider, m.provider) as provider,
    o.domain,
    coalesce(a.canonical_domain, o.domain) as canonical_domain,
    o.refreshed_at,
    o.received_at,
    privacy.redacted(
        jsonb_strip_nulls(
            to_jsonb(o)
            - array[
                'id', 'source', 'owner', 'domain', 'raw_payload_id', 'refreshed_at',
                'received_at', '_xid'
            ]
        ),
        %(pattern)s
    ) as said
from core.company_observations as o
inner join erased_rows as e on o.raw_payload_id = e.id
left join core.company_aliases as a on o.domain = a.domain
left join raw.person_payloads as p on e.raw_table = 'person_payloads' and e.id = p.id
left join raw.person_discovery as d on e.raw_table = 'person_discovery' and e.id = d.id
left join raw.email_payloads as m on e.raw_table = 'email_payloads' and e.id = m.id
