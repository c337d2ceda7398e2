create temporary table company_statements_kept on commit drop as
select
    (
        left(replace(o.raw_payload_id::text, '-', ''), 25) || right(md5(gen_random_uuid()::text), 7)
    )::uuid
        as id,
    o.id as observation_id,
    o.raw_payload_id,
    o.source,
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
