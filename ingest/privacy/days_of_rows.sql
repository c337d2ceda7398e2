-- Fields are counted by workflow and day: of which days rows go, how many rows were counted, and
-- whether taking them off is all there is to do.
create temporary table days_of_rows on commit drop as
select
    e.workflow_slug,
    e.day,
    count(*) as rows,
    coalesce(max(f.received), 0) as received,
    bool_and(e.is_counted) and count(*) <= coalesce(max(f.received), 0) as is_told,
    false as is_touched
from erased_rows as e
left join extracted.payload_fields as f
    on e.workflow_slug = f.workflow_slug and e.day = f.day and f.path = '$' and not f.is_header
where e.workflow_slug is not null
group by e.workflow_slug, e.day
