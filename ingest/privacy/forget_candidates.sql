delete from core.email_candidates as c
using extracted.person_emails as s, erased_rows as e
where c.email_id = s.id and s.raw_payload_id = e.id
