{% macro own_mentions(source_name, model_name, name, linkedin_url) -%}
    {%- set owner = payload_kinds()[model_name].owner -%}
    select
        '{{ source_name }}' as source,
        e.{{ owner }} as owner,
        e.{{ owner }} as domain,
        e.{{ name }} as name,
        e.{{ linkedin_url }} as linkedin_url,
        e.raw_payload_id,
        e.created_at,
        e._refreshed_at,
        e._received_at,
        0 as place
    from {{ ref(model_name) }} as e
    where {{ is_new('e') }}
{%- endmacro %}


{% macro raw_row_mentions(source_name, raw_table, sides, where='true') -%}
    (
    select
        '{{ source_name }}' as source,
        r.id::text as owner,
        {{ function('normal_domain') }}(side.domain) as domain,
        {{ function('clean_text') }}(side.name) as name,
        {{ function('company_linkedin_url') }}(side.linkedin_url) as linkedin_url,
        r.id as raw_payload_id,
        {{ receipt_of('r') }} as created_at,
        null::timestamptz as _refreshed_at,
        {{ receipt_of('r') }} as _received_at,
        side.place
    from {{ source('raw', raw_table) }} as r
    cross join lateral (
        values
        {%- for domain, name, linkedin_url in sides %}
        ({{ loop.index }}, r.{{ domain }}, {{ 'r.' ~ name if name else 'null' }}, {{ 'r.' ~ linkedin_url if linkedin_url else 'null' }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as side (place, domain, name, linkedin_url)
    where {{ is_new('r') }} and {{ where }}
    {{ fence() }}
    )
{%- endmacro %}


{#
    What superseded payloads said counts only where nothing current names the entity.

    The facts are gathered by grouping. Joining them would be planned from a guess at how many
    entities were touched, and a wrong guess makes the join quadratic. All mentions are read as
    often as there are attributes and once more; what decides about an entity as a whole is looked
    at when only its best are left.
#}
{% macro gather_facts(mentions, key, entity, attributes) -%}
    {%- for attribute in attributes %}
best_{{ attribute }} as (
    select distinct on (m.{{ key }})
        m.{{ key }},
        m.is_current,
        '{{ attribute }}' as attribute,
        m.{{ attribute }} as value,
        m.source,
        m.raw_payload_id,
        m._received_at,
        null::timestamptz as created_at
    from {{ mentions }} as m
    inner join {{ ref('source_rankings') }} as r
        on r.entity = '{{ entity }}' and r.attribute = '{{ attribute }}' and m.source = r.source
    where m.{{ attribute }} is not null
    order by
        m.{{ key }},
        m.is_current desc,
        r.rank,
        m._received_at desc,
        m.raw_payload_id desc,
        m.id
),
    {% endfor %}
facts as (
    select
        {{ key }},
        bool_or(is_current) as is_current,
        null as attribute,
        null as value,
        null as source,
        null::uuid as raw_payload_id,
        coalesce(max(_received_at) filter (where is_current), max(_received_at)) as _received_at,
        min(created_at) as created_at
    from {{ mentions }}
    group by {{ key }}
    {%- for attribute in attributes %}
    union all
    select * from best_{{ attribute }}
    {%- endfor %}
),

current_facts as (
    select *
    from (
        select
            *,
            bool_or(is_current) over (partition by {{ key }}) as is_current_entity
        from facts
    ) as f
    where is_current or not is_current_entity
),

gathered as (
    select
        {{ key }},
        {%- for attribute in attributes %}
        {%- set this_one = "filter (where attribute = '" ~ attribute ~ "')" %}
        max(value) {{ this_one }} as {{ attribute }},
        max(source) {{ this_one }} as _{{ attribute }}_source,
        (array_agg(raw_payload_id) {{ this_one }})[1] as _{{ attribute }}_raw_payload_id,
        max(_received_at) {{ this_one }} as _{{ attribute }}_received_at,
        {%- endfor %}
        min(created_at) as created_at,
        max(_received_at) filter (where attribute is null) as received_at
    from current_facts
    group by {{ key }}
)
{%- endmacro %}
