{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'raw_payload_id',
        'gathers_sources': true,
        'named_indexes': {
            'idx_extracted_person_emails_linkedin_url': {'columns': ['linkedin_url']},
            'idx_extracted_person_emails_email': {'columns': ['email']},
            'idx_extracted_person_emails_waiting': {
                'columns': ['_name_key', 'company_domain'], 'where': 'linkedin_url is null',
            },
        },
        'withdrawn': {
            'outlive': 'false',
            'values': ['email', 'verdict', 'verified_at', '_said'],
        },
    },
) }}

with statements as (
    {{ email_statements() }}
),

addresses as (
    select
        s.*,
        -- what an index cannot hold is no name
        case
            when octet_length({{ function('comparing_form') }}(s.full_name)) <= 1000
                then {{ function('comparing_form') }}(s.full_name)
        end as name_key,
        {{ function('email_address') }}(i.item ->> 'email') as email,
        -- in one spelling: catch-all, Catch All
        translate(
            {{ function('plain_text') }}({{ function('lower_text') }}(i.item ->> 'verdict')), '- ', '__'
        ) as said,
        {{ function('as_timestamptz') }}(i.item ->> 'seen_at') as seen_at,
        i.place
    from statements as s
    left join lateral jsonb_array_elements(s.emails) with ordinality as i (item, place) on true
),

-- An address may stand in a payload twice. A row without any is named as well: what it said goes.
stated as (
    select distinct on (raw_payload_id, email) *
    from addresses
    order by raw_payload_id, email, place
)

-- Of whom it is said is part of the id: where that is corrected, a row of its own tells who it was.
select
    case
        when s.email is not null
            then {{ function('entity_id') }}(
                'extracted.person_emails',
                s.raw_payload_id::text,
                concat_ws(
                    '/',
                    s.email,
                    coalesce(s.linkedin_url, concat_ws('/', s.company_domain, s.name_key))
                )
            )
    end as id,
    s.raw_payload_id,
    s.linkedin_url,
    s.email,
    case when s.email is not null then coalesce(v.verdict, 'unknown') end as verdict,
    case
        when v.verdict <> 'unknown' then coalesce(s.seen_at, s.refreshed_at, s.received_at)
    end as verified_at,
    s.source,
    w.provider,
    s.full_name,
    s.company_domain,
    s.refreshed_at,
    s.received_at,
    s.received_at as created_at,

    {{ function('person_linkedin_kind') }}(s.linkedin_url) as _linkedin_kind,
    s.name_key as _name_key,
    s.said as _said,
    s.place::integer as _place,
    {{ written_by() }} as _xid
from stated as s
inner join {{ ref('sources') }} as o on o.entity = 'person' and s.source = o.source
inner join {{ ref('workflows') }} as w on o.workflow_slug = w.workflow_slug
left join {{ ref('email_verdicts') }} as v on s.said = v.word
where {{ without_empty_sets('s.email') }}
