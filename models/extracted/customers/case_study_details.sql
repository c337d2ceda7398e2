{{ config(
    incremental_strategy='keep_best',
    unique_key='case_study_url',
) }}

with winners as (
    {{ winning_payloads(
        source('raw', 'case_study_extraction_payloads'),
        key=function('normal_url') ~ '(r.case_study_url)',
        where=(
            function('normal_domain') ~ '(r.origin_company_domain) is not null and '
            ~ function('clean_text') ~ '(r.company_customer_name) is not null'
        ),
    ) }}
),

parsed as (
    select
        w.*,
        r.origin_company_domain as origin_domain,
        r.origin_company_name as origin_name,
        r.company_customer_name as customer_name,
        p.*
    from winners as w
    inner join
        {{ source('raw', 'case_study_extraction_payloads') }} as r
        on w.raw_payload_id = r.id
    cross join lateral jsonb_to_record({{ payload_of('r') }}) as p (
        article_title text,
        customer_company_domain text,
        confidence text,
        reasoning text,
        champions jsonb,
        last_refresh text
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
    {{ function('clean_text') }}(customer_name) as company_customer_name,
    company_customer_domain,
    {{ function('clean_text') }}(article_title) as article_title,
    {{ function('clean_text') }}(confidence) as confidence,
    {{ function('clean_text') }}(reasoning) as reasoning,

    _refreshed_at,
    _received_at,
    {{ unconverted([
        ['last_refresh', 'last_refresh', '_refreshed_at', 'not a timestamp'],
        ['customer_company_domain', 'customer_company_domain', 'company_customer_domain', 'not a domain'],
        ['champions', 'champions::text', list_of_objects('champions'), 'not a list of objects'],
    ]) }} as _issues,
    {{ written_by() }} as _xid
from converted
