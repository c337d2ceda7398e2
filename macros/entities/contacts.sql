{# How to reach people: what is said of addresses, and which one to write to. #}

{#
    Query: the new payloads of a finder, with whom the address was asked for, as far as one is stated:
    the columns of source_payloads, and linkedin_url, full_name, first_name, last_name, company_domain.
    A payload that states nothing holds no address, and is there for what it has instead to be reported.
#}
{% macro finder_payloads(name) -%}
    select
        s.entity_key as linkedin_url,
        s.raw_payload_id,
        s.refreshed_at,
        s.received_at,
        case when s.states_something then {{ name_asked_for('s') }} end as full_name,
        case when s.states_something then {{ function('clean_text') }}(s.first_name) end as first_name,
        case when s.states_something then {{ function('clean_text') }}(s.last_name) end as last_name,
        {{ function('normal_domain') }}(s.company_domain) as company_domain,
        s.record as payload
    from (
        {{ source_payloads(
            name, 'email_payloads', columns=['first_name', 'last_name', 'full_name', 'company_domain']
        ) }}
    ) as s
{%- endmacro %}


{#
    Query: what sources say of e-mail addresses, of their new rows: source, linkedin_url, full_name,
    company_domain, raw_payload_id, refreshed_at, received_at and emails, a jsonb list of objects with
    email and perhaps verdict and seen_at.
#}
{% macro email_statements() -%}
    {%- do depend_on_sources(observed_entities().person.observers) -%}
    {%- set queries = [] -%}
    {%- for node in observers_in_graph() if node.config.meta.get('emails') -%}
        {%- set meta = node.config.meta -%}
        {%- set query %}
    select
        {{ 'o.source' if 'sources' in meta else "'" ~ meta.source ~ "'" }} as source,
        o.linkedin_url,
        o.full_name,
        o.company_domain,
        o.raw_payload_id,
        o.refreshed_at,
        o.received_at,
        o.emails
    from {{ sql_of_source(node) }} as o
        {%- endset -%}
        {%- do queries.append(query) -%}
    {%- endfor -%}
    {{ queries | join('\n    union all') }}
{%- endmacro %}


{# Query: whose addresses may be others than they were, by what is new: their LinkedIn URLs. #}
{% macro people_of_new_addresses() -%}
    select e.linkedin_url
    from {{ ref('person_emails') }} as e
    where {{ is_new('e') }} and e.linkedin_url is not null

    union

    -- of what was corrected or is gone no candidate is left
    select p.linkedin_url
    from {{ ref('person_emails') }} as e
    inner join {{ ref('people') }} as p on e._name_key = p._name_key
    where {{ is_new('e') }} and e.linkedin_url is null

    union

    -- who is one of several is meant once the others are gone
    select c.linkedin_url
    from {{ ref('email_candidates') }} as n
    inner join {{ ref('email_candidates') }} as c on n.email_id = c.email_id
    where {{ is_new('n') }}
{%- endmacro %}


{# A column of the newest statement, of a group of statements, or of the newest that meets a condition. #}
{% macro last_stated(column, where='true') -%}
    (
        array_agg(
            {{ column }} order by coalesce(refreshed_at, received_at) desc, received_at desc, raw_payload_id desc
        ) filter (where {{ where }})
    )[1]
{%- endmacro %}


{# A column of the statement that was received first, of a group of statements. #}
{% macro first_received(column) -%}
    (array_agg({{ column }} order by received_at, raw_payload_id))[1]
{%- endmacro %}


{# A column of the contact to write to, of a person. #}
{% macro best_contact(column, linkedin_url) -%}
    (
        select m.{{ column }}
        from {{ ref('person_contacts') }} as m
        where
            m.linkedin_url = {{ linkedin_url }}
            and m.is_best
            and not {{ is_not_to_contact('m.linkedin_url') }}
    )
{%- endmacro %}


{# Whether a person must not be written to. #}
{% macro is_not_to_contact(linkedin_url) -%}
    exists(
        select 1 from {{ ref('people_not_to_contact') }} as quiet
        where {{ linkedin_url }} = quiet.linkedin_url
    )
{%- endmacro %}


{# A column of the delivery by which a person was last sent out; NULL if never. #}
{% macro last_delivery(column, linkedin_url) -%}
    (
        select d.{{ column }}
        from {{ source('raw', 'outbound_deliveries') }} as d
        where d.entity_key = {{ linkedin_url }} and d.state = 'sent'
        order by d.sent_at desc, d.id desc
        limit 1
    )
{%- endmacro %}
