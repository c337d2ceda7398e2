{{ config(
    incremental_strategy='keep_best',
    unique_key='case_study_url',
) }}

with winners as (
    {{ winning_payloads(
        'case_study_details',
        columns=['origin_company_domain', 'origin_company_name', 'company_customer_name'],
    ) }}
),

parsed as (
    select
        w.entity_key,
        w.raw_payload_id,
        w.created_at,
        w._refreshed_at,
        w._received_at,
        w.origin_company_domain as origin_domain,
        w.origin_company_name as origin_name,
        w.company_customer_name as customer_name,
        p.*
    from winners as w
    cross join lateral jsonb_to_record(w.payload) as p (
        article_title text,
        customer_company_domain text,
        confidence text,
        reasoning text,
        champions jsonb
    )
),

converted as (
    select
        *,
        {{ function('normal_domain') }}(customer_company_domain) as company_customer_domain
    from parsed
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ function('entity_id') }}('extracted.case_study_details', entity_key) as id,
    created_at,
    raw_payload_id,
    entity_key as case_study_url,
    {{ function('normal_domain') }}(origin_domain) as origin_company_domain,
    {{ function('clean_text') }}(origin_name) as origin_company_name,
    {{ function('clean_name') }}(customer_name) as company_customer_name,
    company_customer_domain,
    {{ function('plain_text') }}(article_title) as article_title,
    {{ function('plain_text') }}(confidence) as confidence,
    {{ function('plain_text') }}(reasoning) as reasoning,

    _refreshed_at,
    _received_at,
    nullif({{ issues_and(unconverted([
        ['customer_company_domain', 'customer_company_domain', 'company_customer_domain', 'not a domain'],
        ['champions', 'champions::text', list_of_objects('champions'), 'not a list of objects'],
    ] + kept_as_text(['article_title', 'confidence', 'reasoning'])),
    unusable_names('champions', 'full_name')) }}, '[]') as _issues,
    {{ written_by() }} as _xid
from converted
