-- Rows of Sales Navigator that were not sent yet, as they are sent.
select
    s.id,
    s.linkedin_url_user_profile,
    jsonb_strip_nulls(
        to_jsonb(s) - array[
            'id', 'upload_id', 'created_at', 'clay_batch_number', 'sent_to_clay_at', '_load_id',
            '_received_at', '_xid', '_unstored'
        ]
    ) || jsonb_build_object('_hq_row_id', s.id) as body
from raw.salesnav_scrapes as s
where
    s.sent_to_clay_at is null
    and (%(upload)s::uuid is null or s.upload_id = %(upload)s)
order by s.id
