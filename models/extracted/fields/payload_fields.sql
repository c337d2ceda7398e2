{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={
        'owner': '_day',
        'named_indexes': {
            'idx_extracted_payload_fields_payloads': {
                'columns': ['workflow_slug', 'day'], 'where': "path = '$'"
            },
        },
    },
) }}

{%- set payload_tables = raw_keys() | list %}
{%- set counts = [
    'present', 'filled', 'nulls', 'strings', 'numbers', 'booleans', 'objects', 'lists',
] %}

-- The days of which a row is new: all that is said of them is counted once more.
with news as (
    {%- for table in payload_tables %}
        select
            r.workflow_slug,
            {{ day_of_receipt('r') }} as day
        from {{ received(table) }} as r
        where {{ is_new('r') }}
        {{ 'union' if not loop.last }}
    {%- endfor %}
),

payloads as (
    {%- for table in payload_tables %}
        {{ payloads_of_days(table) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        p.workflow_slug,
        p.day,
        f.parent,
        f.step,
        sum(p.received) as received,
        count(*) as present,
        count(*) filter (where f.is_filled) as filled,
        count(*) filter (where f.has_null) as nulls,
        count(*) filter (where f.has_string) as strings,
        count(*) filter (where f.has_number) as numbers,
        count(*) filter (where f.has_boolean) as booleans,
        count(*) filter (where f.has_object) as objects,
        count(*) filter (where f.has_list) as lists,
        max(f.longest) as longest
    from payloads as p
    cross join {{ paths_in('p.payload', 'p.received_as') }} as f
    group by p.workflow_slug, p.day, f.parent, f.step
),

-- An object whose names are ever others is a map, too, though none has many.
maps as (
    select
        workflow_slug,
        day,
        parent
    from counted
    where left(step, 1) = '.'
    group by workflow_slug, day, parent
    having count(*) > {{ most_siblings() }}
),

plain as (
    select * from counted as c
    where not exists (
        select 1 from maps as m
        where c.workflow_slug = m.workflow_slug and c.day = m.day
    )
),

renamed as (
    with recursive steps as (
        select
            c.*,
            ''::text as path,
            ''::text as new_parent,
            ''::text as new_step
        from counted as c
        where
            c.parent = '' and c.step = ''
            and exists (
                select 1 from maps as m
                where c.workflow_slug = m.workflow_slug and c.day = m.day
            )

        union all

        select
            c.*,
            c.parent || c.step as path,
            s.new_parent || s.new_step as new_parent,
            case when m.parent is null then c.step else '.*' end as new_step
        from steps as s
        inner join counted as c
            on
                s.workflow_slug = c.workflow_slug
                and s.day = c.day
                and s.path = c.parent
                and c.step <> ''
        left join maps as m
            on
                c.workflow_slug = m.workflow_slug
                and c.day = m.day
                and c.parent = m.parent
                and left(c.step, 1) = '.'
    )

    select * from steps
),

-- What several names of a map have in common is counted at most once a payload.
merged as (
    select
        r.workflow_slug,
        r.day,
        r.new_parent as parent,
        r.new_step as step,
        max(r.received) as received,
        {%- for count in counts %}
            least(sum(r.{{ count }}), max(w.present)) as {{ count }},
        {%- endfor %}
        max(r.longest) as longest
    from renamed as r
    inner join counted as w
        on r.workflow_slug = w.workflow_slug and r.day = w.day and w.parent = '' and w.step = ''
    group by r.workflow_slug, r.day, r.new_parent, r.new_step
),

fields as (
    select
        workflow_slug,
        day,
        false as is_header,
        {{ path_of('parent', 'step') }} as path,
        case when parent || step <> '' then {{ path_of('parent', "''") }} end as parent_path,
        null as column_name,
        case when parent || step = '' then received end as received,
        {%- for count in counts %}
            {{ count }},
        {%- endfor %}
        longest
    from (
        select * from plain
        union all
        select * from merged
    ) as f
),

-- Headers of table feeds: a file is what a payload is, and its rows are counted.
header_news as (
    select distinct
        h.workflow_slug,
        {{ day_of_receipt('h') }} as day
    from {{ source('raw', 'load_headers') }} as h
    where {{ is_new('h') }}
),

headers as (
    select
        h.*,
        n.day
    from {{ source('raw', 'load_headers') }} as h
    inner join header_news as n
        on h.workflow_slug = n.workflow_slug and {{ day_of_receipt('h') }} = n.day
),

files as (
    select
        workflow_slug,
        day,
        sum(rows) as rows
    from (
        select distinct
            workflow_slug,
            day,
            load_id,
            rows
        from headers
    ) as f
    group by workflow_slug, day
),

header_fields as (
    select
        workflow_slug,
        day,
        true as is_header,
        header as path,
        '$' as parent_path,
        max(column_name) as column_name,
        null as received,
        sum(rows) as present,
        sum(filled) as filled
    from headers
    group by workflow_slug, day, header

    union all

    select
        workflow_slug,
        day,
        true as is_header,
        '$' as path,
        null as parent_path,
        null as column_name,
        rows as received,
        rows as present,
        rows as filled
    from files
),

all_fields as (
    select * from fields
    union all
    select
        workflow_slug,
        day,
        is_header,
        path,
        parent_path,
        column_name,
        received,
        present,
        filled,
        {%- for count in counts[2:] %}
            0 as {{ count }},
        {%- endfor %}
        null as longest
    from header_fields
),

named as (
    select
        *,
        case when is_header then 'headers' else 'payloads' end
        || '/' || workflow_slug || '/'
        -- another program may have written any receipt: before our time, or never
        || case when isfinite(day) then (day - date '2000-01-01')::text else day::text end as of_day
    from all_fields
)

select
    {{ function('entity_id') }}('extracted.payload_fields', of_day, path) as id,
    workflow_slug,
    path,
    day,
    is_header,
    column_name,
    received::bigint as received,
    {%- for count in counts %}
        {{ count }}::bigint as {{ count }},
    {%- endfor %}
    longest::integer as longest,

    parent_path as _parent_path,
    of_day as _day,
    {{ written_by() }} as _xid
from named
