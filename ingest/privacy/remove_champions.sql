delete from extracted.case_study_champions as h
where reference.comparing_form(h.full_name) = any(%(name_keys)s)
