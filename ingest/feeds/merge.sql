with brought as (
    select
        {keys},
        (array_agg(id order by id))[1] as id,
        {newest}
    from {landed}
    group by {key_names}
),

known as (
    select distinct on ({key_names})
        id as known_id,
        {keys}
    from {table}
    order by {key_names}, coalesce(created_at, _received_at) desc, id desc
),

matched as (
    select
        b.*,
        k.known_id
    from brought as b
    -- keys are expressions, named alike on both sides
    left join known as k using ({key_names}) -- noqa: ST07
),

added as (
    insert into {table} (id, {columns}, _load_id)
    select
        id,
        {columns},
        %(load)s as load_id
    from matched
    where known_id is null
    returning id
),

corrected as ({correct})

select
    (select count(*) from added) as new,
    (select count(*) from corrected) as updated,
    (select count(*) from matched) as matched,
    (select count(*) from {landed}) as landed
