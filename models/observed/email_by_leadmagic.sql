with payloads as (
    {{ source_payloads(
        'email_by_leadmagic', 'email_payloads',
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

    jsonb_build_array(jsonb_build_object('email', p.email, 'verdict', p.status)) as emails,
    {{ unconverted([
        ['email', 'p.email', function('email_address') ~ '(p.email)', 'not an e-mail address'],
        ['status', 'p.status', function('plain_text') ~ '(p.status)', 'not text'],
    ]) }} as _issues
from payloads as s
cross join lateral jsonb_to_record(s.payload) as p (email text, status text)
