{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': 'linkedin_url',
        'former_indexes': ['idx_core_provider_roles_company_domain'],
        'named_indexes': {
            'idx_core_provider_roles_linkedin_url': {'columns': ['linkedin_url']},
            'idx_core_provider_roles_company_person': {
                'columns': ['company_domain', 'linkedin_url']
            },
            'idx_core_provider_roles_company': {
                'columns': ['company'], 'using': 'hash', 'where': 'company_domain is null'
            },
        },
    },
) }}

with {{ chosen_sets('roles', of_profile='experience') }}

select
    {{ item_id('core.provider_roles', 'c.linkedin_url', 'e.position::text') }} as id,
    c.raw_payload_id,
    c.source,
    c.linkedin_url,
    i.company,
    i.company_domain,
    i.company_linkedin_url,
    i.company_org_id,
    i.title,
    i.summary,
    i.locality,
    i.start_date,
    i.end_date,
    i.is_current,
    e.position as experience_order,
    c.received_at,
    {{ written_by() }} as _xid
from chosen as c
left join {{ items_of('c.roles', 'e') }} on true
cross join lateral jsonb_to_record(e.item) as i ({{ members_with_types('roles') }})
where {{ without_empty_sets('e.position') }}
