{# Of a row that is superseded an unusable last_refresh may be reported as well. #}
{% macro unaccounted_rows(model_name) -%}
    {%- set kind = payload_kinds()[model_name] -%}
    select
        '{{ kind.raw_table }}' as raw_table,
        s.raw_payload_id,
        s.is_winner,
        s.is_superseded,
        s.is_reported
    from (
        select
            r.raw_payload_id,
            coalesce(r.raw_payload_id = w.raw_payload_id, false) as is_winner,
            coalesce(
                r.is_candidate and {{ payload_order('w') }} > {{ payload_order('r') }}, false
            ) as is_superseded,
            exists (
                select 1 from {{ ref('extraction_issues') }} as i
                where
                    i._entity = '{{ kind.raw_table }}#' || r.raw_payload_id
                    and i.field <> 'last_refresh'
            ) as is_reported
        from (
            select
                r.id as raw_payload_id,
                {{ key_of(kind) }} as entity_key,
                {{ states_something(kind, payload_of('r')) }} as is_candidate,
                {{ believed_refresh(refresh_of('r'), receipt_of('r')) }} as _refreshed_at,
                {{ receipt_of('r') }} as _received_at
            from {{ received(kind.raw_table) }} as r
            where {{ is_read_by(model_name) }}
        ) as r
        left join {{ ref(model_name) }} as w on r.entity_key = w.{{ kind.owner }}
    ) as s
    where s.is_winner::integer + s.is_superseded::integer + s.is_reported::integer <> 1
{%- endmacro %}


{# Each payload that a source reads says something of somebody, or is reported. #}
{% macro unaccounted_rows_of_sources() -%}
    {%- set companies, people = ref('company_observations'), ref('person_observations') -%}
    {%- set emails, issues = ref('person_emails'), ref('extraction_issues') -%}
    {%- do ref('workflow_readers') -%}
    {%- for node in source_models() %}
    {%- set raw_table = node.sources[0][1] %}
    select
        '{{ raw_table }}' as raw_table,
        r.id as raw_payload_id,
        false as is_winner,
        false as is_superseded,
        false as is_reported
    from {{ received(raw_table) }} as r
    where
        {{ is_read_by(node.name) }}
        and not exists (select 1 from {{ companies }} as o where r.id = o.raw_payload_id)
        and not exists (select 1 from {{ people }} as o where r.id = o.raw_payload_id)
        and not exists (select 1 from {{ emails }} as o where r.id = o.raw_payload_id)
        and not exists (
            select 1 from {{ issues }} as i
            where r.id = i.raw_payload_id and i.raw_table = '{{ raw_table }}' and i.field <> 'last_refresh'
        )
    union all
    {%- endfor %}
{%- endmacro %}
