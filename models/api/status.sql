{%- set receipts -%}
    count(*) as payloads,
            min({{ receipt_of('r') }}) as first_received_at,
            max({{ receipt_of('r') }}) as last_received_at
{%- endset -%}
with received as (
    {%- for table in raw_keys() %}
        select
            r.workflow_slug,
            false as is_feed,
            {{ receipts }}
        from {{ source('raw', table) }} as r
        group by r.workflow_slug

        union all
    {% endfor %}

    {%- for table, workflow in feed_workflows().items() %}
        select
            '{{ workflow }}' as workflow_slug,
            true as is_feed,
            {{ receipts }}
        from {{ source('raw', table) }} as r
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Rows of a feed are read from their table; a payload waits while no model reads its workflow.
facts as (
    select
        coalesce(a.workflow_slug, r.workflow_slug) as workflow_slug,
        r.first_received_at,
        r.last_received_at,
        r.payloads,
        case when r.is_feed or b.workflow_slug is not null then 0 else r.payloads end as waiting,
        0 as rejected
    from received as r
    left join {{ ref('workflow_aliases') }} as a on r.workflow_slug = a.alias
    left join {{ ref('workflow_readers') }} as b on r.workflow_slug = b.workflow_slug

    union all

    select
        coalesce(a.workflow_slug, j.workflow_slug) as workflow_slug,
        null as first_received_at,
        null as last_received_at,
        0 as payloads,
        0 as waiting,
        j.rejected
    from (
        select
            coalesce(r._workflow_slug, l.workflow_slug) as workflow_slug,
            count(*) as rejected
        from {{ source('raw', 'rejects') }} as r
        inner join {{ source('raw', 'loads') }} as l on r.load_id = l.id
        where r._is_open
        group by coalesce(r._workflow_slug, l.workflow_slug)
    ) as j
    left join {{ ref('workflow_aliases') }} as a on j.workflow_slug = a.alias

    union all

    -- an address without an owner waits for somebody who bears the name
    select
        coalesce(a.workflow_slug, r.workflow_slug) as workflow_slug,
        null as first_received_at,
        null as last_received_at,
        0 as payloads,
        count(distinct e.raw_payload_id) as waiting,
        0 as rejected
    from {{ ref('person_emails') }} as e
    inner join {{ source('raw', 'email_payloads') }} as r on e.raw_payload_id = r.id
    left join {{ ref('workflow_aliases') }} as a on r.workflow_slug = a.alias
    where
        e.linkedin_url is null
        and e.email is not null
        and (
            select count(*) from {{ ref('email_candidates') }} as c
            where e.id = c.email_id
        ) <> 1
    group by coalesce(a.workflow_slug, r.workflow_slug)

    union all

    -- who never delivered is to be seen, too
    select
        w.workflow_slug,
        null as first_received_at,
        null as last_received_at,
        0 as payloads,
        0 as waiting,
        0 as rejected
    from {{ ref('workflows') }} as w
),

extracted as (
    {%- for model_name in payload_kinds() %}
        select
            '{{ model_name }}' as model,
            count(*) as extracted
        from {{ ref(model_name) }}
        union all
    {%- endfor %}
    {{ extracted_by_sources() }}
)

select
    w.entity_type as entity,
    f.workflow_slug,
    w.workflow_slug is not null as is_registered,
    f.first_received_at,
    f.last_received_at,
    f.payloads,
    e.extracted,
    f.waiting,
    f.rejected
from (
    select
        workflow_slug,
        min(first_received_at) as first_received_at,
        max(last_received_at) as last_received_at,
        sum(payloads)::bigint as payloads,
        sum(waiting)::bigint as waiting,
        sum(rejected)::bigint as rejected
    from facts
    group by workflow_slug
) as f
left join {{ ref('workflows') }} as w on f.workflow_slug = w.workflow_slug
left join extracted as e on w.read_by = e.model
