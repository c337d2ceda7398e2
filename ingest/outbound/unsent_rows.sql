-- Rows of Sales Navigator that were not sent yet, as they are sent: what is in their columns, but
-- for our own bookkeeping.
select
    s.id,
    coalesce({normal_url}, s.linkedin_url_user_profile) as url,  -- noqa: RF02
    (
        select coalesce(jsonb_object_agg(c.key, c.value), '{{}}')
        from jsonb_each(to_jsonb(s)) as c (key, value)  -- noqa: RF03
        where
            c.value <> 'null'
            and not starts_with(c.key, '_')
            and c.key <> all(
                '{{id,upload_id,created_at,clay_batch_number,sent_to_clay_at}}'::text[]
            )
    ) || jsonb_build_object('_hq_row_id', s.id) as body
from raw.salesnav_scrapes as s
where
    s.sent_to_clay_at is null
    and (%(upload)s::uuid is null or s.upload_id = %(upload)s)
order by s.id
