with payloads as (
    {{ source_payloads(
        'email_by_icypeas', 'email_payloads',
        columns=['first_name', 'last_name', 'full_name', 'company_domain'],
    ) }}
)

select
    s.entity_key as linkedin_url,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    case when s.states_something then {{ name_asked_for('s') }} end as full_name,
    case
        when s.states_something then {{ function('clean_text') }}(s.first_name)
    end as first_name,
    case
        when s.states_something then {{ function('clean_text') }}(s.last_name)
    end as last_name,
    {{ function('normal_domain') }}(s.company_domain) as company_domain,

    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'email', e.item ->> 'email', 'verdict', e.item ->> 'certainty'
                )
                order by e.position
            )
        from {{ items_of('p.emails', 'e') }}
    ) as emails,
    {{ issues_and(unconverted([
        ['emails', 'p.emails::text', list_of_objects('p.emails'), 'not a list of objects'],
    ]), issues_and(
        unusable_items(
            'p.emails', "u.item ->> 'email'", 'emails[%s].email', 'email_address',
            'not an e-mail address',
        ),
        unusable_items(
            'p.emails', "u.item ->> 'certainty'", 'emails[%s].certainty', 'plain_text', 'not text'
        )
    )) }} as _issues
from payloads as s
cross join lateral jsonb_to_record(s.payload) as p (emails jsonb)
