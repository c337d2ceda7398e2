{{ config(severity='warn', tags=['drift', 'audit']) }}

-- The share of payloads with a value that cannot be used has doubled. What is reported of winners
-- is compared with winners, and what is reported of any row with all rows: superseded payloads have
-- no reports any more.
with rows_and_winners as (
    {%- for raw_table in raw_keys() %}
        select
            '{{ raw_table }}' as raw_table,
            r.id,
            false as is_winner,
            r.workflow_slug,
            {{ receipt_of('r') }} as received_at
        from {{ source('raw', raw_table) }} as r
        union all
    {%- endfor %}
    {%- for model_name, kind in payload_kinds().items() %}
        select
            '{{ kind.raw_table }}' as raw_table,
            r.id,
            true as is_winner,
            r.workflow_slug,
            {{ receipt_of('r') }} as received_at
        from {{ ref(model_name) }} as m
        inner join {{ source('raw', kind.raw_table) }} as r on m.raw_payload_id = r.id
        union all
    {%- endfor %}
    {%- for raw_table, workflow in feed_workflows().items() %}
        select
            '{{ raw_table }}' as raw_table,
            r.id,
            false as is_winner,
            '{{ workflow }}' as workflow_slug,
            {{ receipt_of('r') }} as received_at
        from {{ source('raw', raw_table) }} as r
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

placed as (
    select
        r.raw_table,
        r.id,
        r.is_winner,
        coalesce(a.workflow_slug, r.workflow_slug) as workflow,
        r.received_at
        > max(r.received_at) over (partition by coalesce(a.workflow_slug, r.workflow_slug))
        - interval '720 hours' as is_lately,
        r.received_at
    from rows_and_winners as r
    left join {{ ref('workflow_aliases') }} as a on r.workflow_slug = a.alias
),

totals as (
    select
        workflow,
        is_winner,
        count(*) filter (where is_lately) as payloads,
        count(*) filter (where not is_lately) as payloads_before
    from placed
    group by workflow, is_winner
),

unusable as (
    select
        p.workflow,
        p.is_winner,
        regexp_replace(i.field, '\[[0-9]+\]', '[]', 'g') as path,
        i.reason,
        count(distinct p.id) filter (where p.is_lately) as unusable,
        count(distinct p.id) filter (where not p.is_lately) as unusable_before,
        min(p.received_at) filter (where p.is_lately) as since
    from {{ ref('extraction_issues') }} as i
    inner join placed as p
        on
            i.raw_table = p.raw_table
            and i.raw_payload_id = p.id
            and p.is_winner <> starts_with(i._entity, i.raw_table || '#')
    group by p.workflow, p.is_winner, regexp_replace(i.field, '\[[0-9]+\]', '[]', 'g'), i.reason
)

select
    u.workflow,
    u.path,
    {{ filled_percent('u.unusable_before::numeric / t.payloads_before') }}
    || ' unusable' as before,
    {{ filled_percent('u.unusable::numeric / t.payloads') }} || ' ' || u.reason as after,
    (u.since at time zone 'UTC')::date as since,
    'look at extracted.extraction_issues: another form of the value, or another field?' as to_do
from unusable as u
inner join totals as t on u.workflow = t.workflow and u.is_winner = t.is_winner
where
    t.payloads >= 200
    and t.payloads_before >= 50
    and u.unusable >= 0.01 * t.payloads
    and u.unusable::numeric / t.payloads >= 2 * u.unusable_before::numeric / t.payloads_before
