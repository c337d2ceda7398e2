-- Studies whose champions are to be looked at again: the next run leaves out who is erased.
update extracted.case_study_details as d set _xid = pg_current_xact_id()
from extracted.case_study_champions as h
where
    d.id = h.case_study_id
    and privacy.is_tombstone('name', reference.comparing_form(h.full_name), array['erased'])
