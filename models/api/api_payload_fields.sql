{{ config(alias='payload_fields') }}

{#-
    What counts as drift. Shares of a handful of payloads say nothing: below these numbers of
    payloads nothing is called new, vanished or halved.
-#}
{%- set days = 30 %}
{%- set enough, enough_before = 200, 50 %}
{%- set notable, regular, hardly = 0.01, 0.2, 0.01 %}
{%- set types = {
    'string': 'strings', 'number': 'numbers', 'boolean': 'booleans', 'object': 'objects',
    'array': 'lists',
} %}

with declared as (
    select
        d.item ->> 0 as model,
        d.item ->> 1 as path,
        d.item ->> 2 as mapped_to
    from jsonb_array_elements({{ json_literal(declared_fields()) }}) as d (item)
),

-- Years of days are summed up in one pass.
fields as not materialized (
    select
        coalesce(a.workflow_slug, f.workflow_slug) as workflow,
        f.*
    from {{ ref('payload_fields') }} as f
    left join {{ ref('workflow_aliases') }} as a on f.workflow_slug = a.alias
),

-- The newest receipt and not today ends the window: what is said of a workflow does not change
-- while nothing of it comes.
by_day as (
    select
        workflow,
        is_header,
        day,
        sum(present) as payloads,
        sum(sum(present)) over (partition by workflow, is_header order by day desc)
        - sum(present) as payloads_since,
        max(day) over (partition by workflow, is_header) - {{ days }} as before
    from fields
    where path = '$'
    group by workflow, is_header, day
),

workflows as (
    select
        workflow,
        is_header,
        before,
        coalesce(sum(payloads) filter (where day > before), 0) as payloads,
        coalesce(sum(payloads) filter (where day <= before), 0) as payloads_before,
        sum(payloads) as all_payloads
    from by_day
    group by workflow, is_header, before
),

counted as (
    select
        f.workflow,
        f.is_header,
        f.path,
        min(f._parent_path) as parent_path,
        max(f.column_name) as column_name,
        coalesce(sum(f.present) filter (where f.day > w.before), 0) as present,
        coalesce(sum(f.present) filter (where f.day <= w.before), 0) as present_before,
        coalesce(sum(f.filled) filter (where f.day > w.before), 0) as filled,
        coalesce(sum(f.filled) filter (where f.day <= w.before), 0) as filled_before,
        sum(f.filled) as all_filled,
        sum(f.nulls) as nulls,
        {%- for type, column in types.items() %}
            sum(f.{{ column }}) as {{ column }},
            coalesce(sum(f.{{ column }}) filter (where f.day > w.before), 0) as {{ column }}_lately,
            min(f.day) filter (where f.{{ column }} > 0) as first_{{ column }},
        {%- endfor %}
        coalesce(
            sum(f.present - f.nulls) filter (where f.day <= w.before), 0
        ) as typed_before,
        min(f.day) as first_seen,
        max(f.day) as last_seen,
        max(f.day) filter (where f.filled > 0) as last_filled,
        max(f.longest) as longest
    from fields as f
    inner join workflows as w on f.workflow = w.workflow and f.is_header = w.is_header
    where f.path <> '$'
    group by f.workflow, f.is_header, f.path
),

-- Where it leads, and why it leads nowhere. What holds fields that are read is read itself.
mapped as (
    select
        c.workflow,
        c.path,
        array_agg(distinct d.mapped_to order by d.mapped_to) as mapped_to
    from counted as c
    inner join {{ ref('workflows') }} as r on c.workflow = r.workflow_slug
    inner join declared as d
        on
            r.read_by = d.model
            and (
                {{ is_at_or_below('c.path', 'd.path') }} or {{ is_at_or_below('d.path', 'c.path') }}
            )
    where not c.is_header
    group by c.workflow, c.path
),

ignored as (
    select
        c.workflow,
        c.path,
        c.is_header,
        -- the line that names it most exactly
        (array_agg(i.reason order by length(i.path) desc, i.path))[1] as reason
    from counted as c
    inner join {{ ref('ignored_fields') }} as i
        on c.workflow = i.workflow_slug and {{ is_at_or_below('c.path', 'i.path') }}
    group by c.workflow, c.path, c.is_header
),

-- What tells whom a row is about leads to the key of the raw row.
keys as (
    select
        w.workflow_slug as workflow,
        regexp_replace(k.field, '^[a-z_]+:', '') as path
    from {{ ref('workflows') }} as w
    cross join lateral string_to_table(w.key_fields, ' ') as k (field)
    where k.field <> ''
),

described as (
    select
        c.*,
        w.payloads,
        w.payloads_before,
        coalesce(
            case
                when c.column_name is not null and feed.raw_table is not null
                    then array['raw.' || feed.raw_table || '.' || c.column_name]
            end,
            m.mapped_to
        ) as mapped_to,
        case
            when c.is_header and c.column_name is null
                then coalesce(i.reason, 'the loader takes no cells of it')
            when c.path in ('_hq_delivery_id', '_hq_row_id') then 'ours: it was sent along'
            when
                i.reason is null
                and m.mapped_to is null
                and exists (
                    select 1 from keys as k
                    where c.workflow = k.workflow and {{ is_at_or_below('k.path', 'c.path') }}
                )
                then 'the registry finds the key of the raw row in it'
            else i.reason
        end as reason,
        r.read_by is null and not c.is_header as is_waiting,
        c.filled::numeric / nullif(w.payloads, 0) as share,
        c.filled_before::numeric / nullif(w.payloads_before, 0) as share_before,
        c.all_filled::numeric
        / nullif(w.all_payloads - coalesce(b.payloads_since, 0), 0) as share_until,
        coalesce(b.payloads_since, 0) as payloads_since
    from counted as c
    inner join workflows as w on c.workflow = w.workflow and c.is_header = w.is_header
    left join by_day as b
        on c.workflow = b.workflow and c.is_header = b.is_header and c.last_filled = b.day
    left join mapped as m on c.workflow = m.workflow and c.path = m.path and not c.is_header
    left join ignored as i
        on c.workflow = i.workflow and c.path = i.path and c.is_header = i.is_header
    left join {{ ref('workflows') }} as r on c.workflow = r.workflow_slug
    left join (
        values
        {%- for raw_table, workflow in feed_workflows().items() %}
            ('{{ workflow }}', '{{ raw_table }}'){{ ',' if not loop.last }}
        {%- endfor %}
    ) as feed (workflow, raw_table) on c.workflow = feed.workflow and c.is_header
),

judged as (
    select
        d.*,
        case
            when d.mapped_to is not null then 'mapped'
            when d.reason is not null then 'ignored'
            when d.is_waiting then 'waiting'
            else 'unmapped'
        end as status,
        array_remove(array[
            {%- for type, column in types.items() %}
                case
                    when
                        d.mapped_to is not null
                        and d.reason is null
                        and d.payloads >= {{ enough }}
                        and d.typed_before > 0
                        and d.{{ column }} = d.{{ column }}_lately
                        and d.{{ column }} >= {{ notable }} * d.payloads
                        then '{{ type }}'
                end{{ ',' if not loop.last }}
            {%- endfor %}
        ], null) as new_types
    from described as d
),

drifting as (
    select
        j.*,
        case
            -- a line about a field that is read says that what has become of it is known
            when j.status = 'mapped' and j.reason is not null then null
            when
                j.status = 'mapped'
                and (
                    (
                        j.payloads >= {{ enough }}
                        and j.payloads_before >= {{ enough_before }}
                        and j.share_before >= {{ regular }}
                        and j.share < {{ hardly }}
                    )
                    -- what comes every day would be seen a month late
                    or (j.share_until >= {{ regular }} and j.payloads_since >= {{ enough }})
                )
                then 'vanished'
            when j.new_types <> '{}' then 'another type'
            when
                j.status = 'mapped'
                and j.payloads >= {{ enough }}
                and j.payloads_before >= {{ enough_before }}
                and j.share_before >= {{ regular }}
                and j.share <= j.share_before / 2
                then 'halved'
            when
                j.status = 'unmapped'
                and j.payloads >= {{ enough }}
                and j.share >= {{ notable }}
                then 'new'
        end as drift
    from judged as j
)

-- Of a field and what is in it only the field drifts.
select
    d.workflow as workflow_slug,
    d.path,
    d.status,
    d.mapped_to,
    d.reason,
    case when p.drift is null then d.drift end as drift,
    case
        when d.drift is null or p.drift is not null then null
        when d.drift = 'vanished' then d.last_filled
        when d.drift = 'new' then d.first_seen
        when d.drift = 'halved' then w.before + 1
        else least(
            {%- for type, column in types.items() %}
                case
                    when '{{ type }}' = any(d.new_types) then d.first_{{ column }}
                end{{ ',' if not loop.last }}
            {%- endfor %}
        )
    end as drift_since,
    d.payloads::bigint as payloads,
    d.payloads_before::bigint as payloads_before,
    d.present::bigint as present,
    d.present_before::bigint as present_before,
    round(d.share, 4)::numeric(5, 4) as filled_share,
    round(d.share_before, 4)::numeric(5, 4) as filled_share_before,
    round(d.share_until, 4)::numeric(5, 4) as filled_share_until,
    d.payloads_since::bigint as payloads_since_filled,
    jsonb_strip_nulls(
        jsonb_build_object(
            {%- for type, column in types.items() %}
                '{{ type }}', nullif(d.{{ column }}, 0),
            {%- endfor %}
            'null', nullif(d.nulls, 0)
        )
    ) as types,
    d.new_types,
    d.first_seen,
    d.last_seen,
    d.last_filled,
    d.longest,
    d.is_header
from drifting as d
inner join workflows as w on d.workflow = w.workflow and d.is_header = w.is_header
left join drifting as p
    on
        d.workflow = p.workflow
        and d.is_header = p.is_header
        and d.parent_path = p.path
        and d.drift = p.drift
