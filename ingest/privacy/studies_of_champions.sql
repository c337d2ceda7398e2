-- Studies that name somebody as a champion, as far as they are extracted.
select privacy.redact_rows(
    'case_study_extraction_payloads',
    format(
        'x.id = any(%%L::uuid[])',
        array(
            select h._raw_payload_id from extracted.case_study_champions as h
            where reference.comparing_form(h.full_name) = any(%(name_keys)s)
        )
    ),
    %(pattern)s
)
