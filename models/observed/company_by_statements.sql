-- What payloads of people said who were erased: typed already, by the source that said it.
select
    r.source,
    r.company_domain as domain,
    r.id::text as owner,
    r.id as raw_payload_id,
    r.refreshed_at,
    {{ receipt_of('r') }} as received_at,

    {% for attribute in observed_entities()['company'].attributes -%}
        s.{{ attribute }},
    {% endfor -%}
    s.likelihood
from {{ source('raw', 'company_statements') }} as r
cross join
    lateral jsonb_to_record(r.said) as s (
        {%- for attribute, type in observed_entities()['company'].attributes.items() %}
            {{ attribute }} {{ type }},
        {%- endfor %}
        likelihood integer
    )
where {{ is_new('r') }}
