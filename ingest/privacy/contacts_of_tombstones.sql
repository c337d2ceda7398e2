-- A pattern of addresses, numbers and URNs of who is erased, as far as they stand in what is still
-- to be sent or on its way; NULL if none does.
select privacy.pattern_of(array_agg(distinct f.string))
from raw.outbound_deliveries as d
cross join unnest(privacy.found_in(d.body::text, false)) as f (string)
where
    d.state in ('pending', 'in_flight')
    -- somebody else's record may name a profile
    and f.string !~* 'linkedin\.com/|^AC[ow]AA'
