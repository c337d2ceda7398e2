{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'raw_payload_id',
        'gathers_sources': true,
        'former_indexes': ['idx_core_company_observations_portfolios'],
        'named_indexes': {
            'idx_core_company_observations_domain': {'columns': ['domain', 'received_at']},
            'idx_core_company_observations_portfolio': {
                'columns': ['domain'],
                'where': "source in ('vc_portfolios', 'crunchbase_portfolios')",
            },
        },
        'withdrawn': {
            'outlive': (
                "t.source = 'manual_customers' and exists ("
                ~ "select 1 from raw.manual_company_customers as r where t.raw_payload_id = r.id)"
            ),
            'values': (
                observed_entities()['company'].attributes | list
                + observed_entities()['company'].others | list
            ),
        },
    },
) }}

-- A raw row that says nothing of any company is named as well: what it said before goes.
-- A fence: the key is made once, for its column and for the condition.
with observed as (
    select * from (
        {{ observations_of('company') }}
    ) as o
    {{ fence() }}
)

select
    case
        when domain is not null
            then
                {{ function('entity_id') }}(
                    'core.company_observations', source || '/' || domain, raw_payload_id::text
                )
    end as id,
    source,
    owner,
    domain,
    raw_payload_id,

    -- what an index cannot hold is no name
    case when octet_length(name) <= 1000 then name end as name,
    {%- for attribute in observed_entities()['company'].attributes if attribute != 'name' %}
        {{ attribute }},
    {%- endfor %}
    {%- for column in observed_entities()['company'].others %}
        {{ column }},
    {%- endfor %}

    refreshed_at,
    received_at,
    {{ written_by() }} as _xid
from observed
where {{ without_empty_sets('domain') }}
