-- The rows of Sales Navigator that a request brought over, in the transaction of their deliveries.
update raw.salesnav_scrapes as s set
    clay_batch_number = j._number,
    sent_to_clay_at = d.sent_at
from raw.outbound_deliveries as d
inner join raw.email_waterfall_jobs as j on d.job_id = j.id
where
    d.id = any(%(deliveries)s)
    and d.state = 'sent'
    and d.request_id = %(request)s
    and d.row_id = s.id
