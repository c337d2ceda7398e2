{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'former_indexes': ['idx_extracted_person_experience_company_domain'],
        'named_indexes': {
            'idx_extracted_person_experience_company_person': {
                'columns': ['company_domain', 'linkedin_url']
            },
            'idx_extracted_person_experience_company': {
                'columns': ['company'], 'using': 'hash', 'where': 'company_domain is null'
            },
        },
    },
) }}

with changed_profiles as (
    select
        p.linkedin_url,
        p.raw_payload_id,
        p._received_at
    from {{ ref('person_profile') }} as p
    where {{ is_new('p') }}
),

items as (
    select
        c.linkedin_url,
        c.raw_payload_id,
        c._received_at,
        e.position,
        i.*
    from (
        select
            p.*,
            {{ payload_of('r') }} -> 'experience' as experience
        from changed_profiles as p
        inner join {{ source('raw', 'person_payloads') }} as r on p.raw_payload_id = r.id
        -- a fence: the list alone is fetched, and opened outside
        {{ fence() }}
    ) as c
    left join {{ items_of('c.experience', 'e') }} on true
    cross join
        lateral jsonb_to_record(e.item) as i (
            company text,
            company_domain text,
            url text,
            org_id text,
            title text,
            summary text,
            locality text,
            start_date text,
            end_date text,
            is_current text
        )
    where {{ without_empty_sets('e.position') }}
),

converted as (
    select
        *,
        {{ function('normal_domain') }}(company_domain) as employer_domain,
        {{ function('company_linkedin_url') }}(url) as employer_linkedin_url,
        {{ function('as_bigint') }}(org_id) as employer_org_id,
        {{ function('as_date') }}(start_date) as started_on,
        {{ function('as_date') }}(end_date) as ended_on,
        {{ function('as_boolean') }}(is_current) as is_current_role
    from items
    -- a fence: each value is converted once, for its column and for the check of it
    {{ fence() }}
)

select
    {{ item_id('extracted.person_experience', 'linkedin_url', 'position::text') }} as id,
    raw_payload_id,
    linkedin_url,
    {{ function('plain_text') }}(company) as company,
    employer_domain as company_domain,
    employer_linkedin_url as company_linkedin_url,
    employer_org_id as company_org_id,
    {{ function('plain_text') }}(title) as title,
    {{ function('plain_text') }}(summary) as summary,
    {{ function('plain_text') }}(locality) as locality,
    started_on as start_date,
    ended_on as end_date,
    is_current_role as is_current,
    position as experience_order,
    _received_at as created_at,

    {{ unconverted([
        ['company_domain', 'company_domain', 'employer_domain', 'not a domain'],
        ['url', 'url', 'employer_linkedin_url', 'not a LinkedIn company URL'],
        ['org_id', 'org_id', 'employer_org_id', 'not a whole number'],
        ['start_date', 'start_date', 'started_on', 'not a date'],
        ['end_date', 'end_date', 'ended_on', 'not a date'],
        ['is_current', 'is_current', 'is_current_role', 'neither true nor false'],
    ] + kept_as_text(['company', 'title', 'summary', 'locality'])) }} as _issues,
    {{ written_by() }} as _xid
from converted
