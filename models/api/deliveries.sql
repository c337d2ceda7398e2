-- A retry lands what a file before brought: its records are no new ones, and the file's stay
-- rejected there.
select
    coalesce(a.workflow_slug, l.workflow_slug) as workflow_slug,
    (l.finished_at at time zone 'UTC')::date as day,
    (count(*) filter (where l._retry_of is null and l._requests is null))::integer as files,
    (count(*) filter (where l._retry_of is not null))::integer as retries,
    coalesce(sum(l._requests), 0)::bigint as requests,
    coalesce(sum(l.bytes) filter (where l._retry_of is null), 0)::bigint as bytes,
    coalesce(sum(l.records) filter (where l._retry_of is null), 0)::bigint as records,
    sum(l.landed)::bigint as landed,
    coalesce(sum(l.rejected) filter (where l._retry_of is null), 0)::bigint as rejected,
    max(l.finished_at) as last_finished_at
from {{ source('raw', 'loads') }} as l
left join {{ ref('workflow_aliases') }} as a on l.workflow_slug = a.alias
group by 1, 2
