delete from core.former_keys as k
where k.entity = 'person' and reference.person_linkedin_url(k.key) = any(%(urls)s)
