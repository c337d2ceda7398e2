-- What payloads that go said of companies, under ids of their own. An id sorts where the payload
-- stood: of its digits all but the last seven, which tell rows of one place apart, are the same.
insert into raw.company_statements (
    id, source, provider, company_domain, said, refreshed_at, created_at
)
select
    o.id,
    o.source,
    o.provider,
    o.domain,
    o.said,
    o.refreshed_at,
    o.received_at
from company_statements_kept as o
