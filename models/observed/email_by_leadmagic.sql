with payloads as (
    {{ finder_payloads('email_by_leadmagic') }}
)

select
    s.linkedin_url,
    s.raw_payload_id,
    s.refreshed_at,
    s.received_at,

    s.full_name,
    s.first_name,
    s.last_name,
    s.company_domain,

    jsonb_build_array(jsonb_build_object('email', p.email, 'verdict', p.status)) as emails,
    {{ unconverted([
        ['email', 'p.email', function('email_address') ~ '(p.email)', 'not an e-mail address'],
        ['status', 'p.status', function('plain_text') ~ '(p.status)', 'not text'],
    ]) }} as _issues
from payloads as s
cross join lateral jsonb_to_record(s.payload) as p (email text, status text)
