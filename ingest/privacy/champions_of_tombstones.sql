-- Champions who are erased go; their studies are looked at again by the next run, which leaves them
-- out.
with gone as (
    delete from extracted.case_study_champions as h
    where privacy.is_name_of_erased(reference.comparing_form(h.full_name))
    returning h.case_study_id
)

update extracted.case_study_details as d set _xid = pg_current_xact_id()
from gone as g
where d.id = g.case_study_id
