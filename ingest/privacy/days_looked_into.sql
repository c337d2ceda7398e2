-- Of a payload that was looked at another one takes the place. Those are looked at whose ids come
-- first; the count ends at as many, so that of a day that has many rows few are read.
update days_of_rows as d set is_told = false
where
    d.is_told
    and d.rows < d.received
    and exists (
        select from erased_rows as e
        where
            e.workflow_slug = d.workflow_slug
            and e.day = d.day
            and e.raw_table = %(name)s
            and {looked_at} > cardinality(
                array(
                    select 1 from {table} as o
                    where
                        o.workflow_slug = e.workflow_slug
                        and (coalesce(o.created_at, o._received_at) at time zone 'UTC')::date
                        = e.day
                        and (md5(o.id::text), o.id) < (md5(e.id::text), e.id)
                        and (
                            select true from reference.withheld_rows as w
                            where w.raw_table = %(name)s and w.raw_payload_id = o.id
                            limit 1
                        ) is null
                    limit {looked_at}
                )
            )
    )
