{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'id',
        'reads_whole': true,
        'named_indexes': {
            'idx_company_customers_domain': {'columns': ['domain']},
            'idx_company_customers_pair': {'columns': ['domain', 'customer_domain']},
            'idx_company_customers_customer_domain': {'columns': ['customer_domain']},
        },
    },
) }}

with claims as (
    select
        c.*,
        c.id as claim_id,
        r.rank
    from {{ ref('customer_claims') }} as c
    inner join {{ ref('source_rankings') }} as r
        on r.entity = 'customer' and r.attribute = 'statement' and c.source = r.source
    where c.customer_domain is not null and {{ is_rescan() }}
)

select distinct on (domain, customer_domain)
    {{ function('entity_id') }}('reference.company_customers', domain, customer_domain) as id,
    domain,
    customer_domain,
    customer_name,
    source,
    notes,
    min(received_at) over (partition by domain, customer_domain) as created_at,

    {{ written_by() }} as _xid
from claims
order by domain, customer_domain, rank, received_at desc, claim_id
