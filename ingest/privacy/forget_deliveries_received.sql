-- What was delivered by HTTP may be delivered again, and is suppressed then.
delete from raw.idempotency_keys as k
where
    exists (
        select from
            jsonb_array_elements(
                case when jsonb_typeof(k.answer) = 'array' then k.answer else '[]' end
            ) as a (answer)
        where a.answer ->> 'id' in (select e.id::text from erased_rows as e)
    )
