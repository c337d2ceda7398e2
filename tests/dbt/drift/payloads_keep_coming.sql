{{ config(severity='warn', tags=['drift']) }}

-- A workflow that used to bring payloads is silent for more than twice its longest pause; or a
-- clock somewhere is wrong, and what comes now is not the newest.
with days as (
    select
        coalesce(a.workflow_slug, f.workflow_slug) as workflow,
        f.day,
        sum(f.received) as received
    from {{ ref('payload_fields') }} as f
    left join {{ ref('workflow_aliases') }} as a on f.workflow_slug = a.alias
    where f.path = '$' and isfinite(f.day)
    group by coalesce(a.workflow_slug, f.workflow_slug), f.day
),

today as (
    select (now() at time zone 'UTC')::date as day
),

pauses as (
    select
        d.*,
        max(d.day) over (partition by d.workflow) as newest,
        d.day - lag(d.day) over (partition by d.workflow order by d.day) as pause
    from days as d
),

lately as (
    select
        p.workflow,
        p.newest,
        count(*) as days,
        sum(p.received) as received,
        greatest(max(p.pause), 1) as longest_pause
    from pauses as p
    where p.day > p.newest - 90
    group by p.workflow, p.newest
)

select
    l.workflow,
    '$' as path,
    l.received || ' payloads on ' || l.days || ' days, at most ' || l.longest_pause
    || ' days apart' as before,
    case
        when l.newest > t.day + 1 then 'a receipt that lies in the future'
        else 'none for ' || t.day - l.newest || ' days'
    end as after,
    l.newest as since,
    case
        when l.newest > t.day + 1
            then 'put created_at of these rows right: fields are compared up to it'
        else
            'see whether the export and its schedule still run; if it is over, give a reason for $'
            || ' in seeds/registry/ignored_fields.csv'
    end as to_do
from lately as l
cross join today as t
where
    not exists (
        select from {{ ref('ignored_fields') }} as i
        where l.workflow = i.workflow_slug and i.path = '$'
    )
    and (
        l.newest > t.day + 1
        or (
            l.received >= 200
            and l.days >= 4
            and t.day - l.newest > greatest(2 * l.longest_pause, 2)
        )
    )
