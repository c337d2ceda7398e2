-- As the model will read them: the same values, said by nobody.
insert into core.company_observations
select (
    jsonb_populate_record(
        null::core.company_observations,
        k.said
        || jsonb_build_object(
            'id', reference.entity_id(
                'core.company_observations', k.source || '/' || k.domain, k.id::text
            ),
            'source', k.source,
            'owner', k.id::text,
            'domain', k.domain,
            'raw_payload_id', k.id,
            'refreshed_at', k.refreshed_at,
            'received_at', k.received_at,
            '_xid', pg_current_xact_id()::text
        )
    )
).*
from company_statements_kept as k
