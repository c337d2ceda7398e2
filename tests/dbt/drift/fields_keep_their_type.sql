{{ config(severity='warn', tags=['drift']) }}

-- A field that columns are made of comes as another JSON type, which its model may not read.
select
    f.workflow_slug as workflow,
    f.path,
    (
        select string_agg(t.type, ', ' order by t.type)
        from jsonb_object_keys(f.types) as t (type)
        where t.type <> all(f.new_types || 'null'::text)
    ) as before,
    array_to_string(f.new_types, ', ') || ' as well' as after,
    f.drift_since as since,
    'see extracted.extraction_issues for values that could not be used, and let the model read both'
        as to_do
from {{ ref('api_payload_fields') }} as f
where f.new_types <> '{}'
