-- Searches that an erasure ends: its own, and those of the same case or person that were cut off.
select
    u.audit_id,
    u.person
from privacy.unfinished_searches as u
inner join privacy.audit as a on u.audit_id = a.id
inner join privacy.audit as own_line on own_line.id = %(audit_id)s
inner join privacy.unfinished_searches as own on own_line.id = own.audit_id
where
    a.case_ref = own_line.case_ref
    or exists (
        select from (values ('urls'), ('emails'), ('phones'), ('urns')) as k (kind)
        cross join lateral jsonb_array_elements(u.person -> k.kind) as x (form)
        where own.person -> k.kind @> x.form
    )
order by u.audit_id
