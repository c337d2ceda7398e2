-- Raw rows that go, and whether their fields were counted, as far as that is sure: one that was
-- changed since may have been counted as it was, and one of somebody who was erased before was not
-- read. Asked before this erasure writes its tombstones.
create temporary table erased_rows on commit drop as
select
    k.raw_table,
    k.id,
    k.workflow_slug,
    k.day,
    coalesce(
        not reference.is_unseen(
            k._xid,
            (
                select w.seen from extracted.watermarks as w
                where w.model = 'payload_fields'
            )
        ),
        false
    )
    and (
        select true from reference.withheld_rows as w
        where w.raw_table = k.raw_table and w.raw_payload_id = k.id
        limit 1
    ) is null as is_counted
from ({keyed}) as k
