-- What a run changes moves one of these: a model that read anything, or a seed, function or view
-- that was built anew.
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
)

select
    md5(
        string_agg(concat_ws(' ', name, state, date_part('epoch', at)), ' ' order by name)
    ) as version,
    max(at) as built_at
from steps
