with payloads as (
    {{ finder_payloads('email_by_anymailfinder') }}
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
        jsonb_build_array(jsonb_build_object('email', r.email, 'verdict', r.validation))
        || coalesce(
            (
                select jsonb_agg(jsonb_build_object('email', a.address) order by a.n)
                from
                    jsonb_array_elements_text({{ list_of('r.alternatives') }})
                    with ordinality as a (address, n)
            ),
            '[]'
        )
    ) as emails,
    {{ issues_and(unconverted([
        [
            'results.email', 'r.email', function('email_address') ~ '(r.email)',
            'not an e-mail address',
        ],
        [
            'results.alternatives', 'r.alternatives::text', list_of_texts('r.alternatives'),
            'not a list of texts',
        ],
        [
            'results.validation', 'r.validation', function('plain_text') ~ '(r.validation)',
            'not text',
        ],
    ]), unusable_items(
        'r.alternatives', "case when jsonb_typeof(u.item) = 'string' then u.item #>> '{}' end",
        'results.alternatives[%s]', 'email_address', 'not an e-mail address',
    )) }} as _issues
from payloads as s
cross join lateral jsonb_to_record(s.payload) as p (results jsonb)
cross join
    lateral jsonb_to_record({{ object_or_null('p.results') }}) as r (
        email text, validation text, alternatives jsonb
    )
