-- Rows of a table that name a raw row which is no longer there, in whatever table of raw it was.
select count(*)
from {relation} as b
where
    b.raw_payload_id is not null
    and not exists (
        select
        from ({ids}) as r
        where b.raw_payload_id = r.id
    )
