-- Who may not be written to, by their places from 1.
select
    b.place,
    b.is_erased
from privacy.not_to_contact(
    %(urls)s::text[], %(emails)s::text[], %(phones)s::text[], %(urns)s::text[], %(rows)s::uuid[]
) as b
