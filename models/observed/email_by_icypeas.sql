{%- set status = function('lower_text') ~ '(' ~ function('plain_text') ~ '(p.status))' -%}
with payloads as (
    {{ finder_payloads('email_by_icypeas') }}
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

    (
        select
            jsonb_agg(
                jsonb_build_object(
                    'email',
                    e.item ->> 'email',
                    'verdict',
                    -- how sure it is counts where it says that it found one
                    case
                        when {{ status }} not in ('found', 'debited') then p.status
                        else e.item ->> 'certainty'
                    end
                )
                order by e.position
            )
        from {{ items_of('p.emails', 'e') }}
    ) as emails,
    {{ issues_and(unconverted([
        ['emails', 'p.emails::text', list_of_objects('p.emails'), 'not a list of objects'],
        ['status', 'p.status', function('plain_text') ~ '(p.status)', 'not text'],
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
cross join lateral jsonb_to_record(s.payload) as p (status text, emails jsonb)
