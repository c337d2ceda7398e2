-- Addresses that led to the person under earlier normal forms.
delete from core.person_aliases as a
where a.canonical_linkedin_url = any(%(urls)s)
