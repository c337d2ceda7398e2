-- What a run changes moves one of these: a model that read anything, or a seed, function or view
-- that was built anew; and so does what is done for somebody who asked to be erased or left alone,
-- which is in the answers at once.
with steps as (
    select
        model as name,
        seen::text as state,
        advanced_at as at
    from {{ watermarks() }}

    union all

    select
        node as name,
        checksum as state,
        deployed_at as at
    from {{ deployments() }}

    union all

    select
        'privacy' as name,
        privacy.acts_so_far() as state,
        null as at
)

select
    md5(
        string_agg(concat_ws(' ', name, state, date_part('epoch', at)), ' ' order by name)
    ) as version,
    max(at) as built_at,
    (
        select coalesce(sum(j.sent_count), 0)::text
        from {{ source('raw', 'email_waterfall_jobs') }} as j
    ) as sent
from steps
