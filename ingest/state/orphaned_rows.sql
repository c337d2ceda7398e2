-- Rows of a table that name a raw row which is no longer there.
select count(*)
from {relation} as b
left join {raw} as r on b.raw_payload_id = r.id
where r.id is null
