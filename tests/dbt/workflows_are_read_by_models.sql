-- A workflow names the model that reads it, or none.
select w.workflow_slug
from {{ ref('workflows') }} as w
where
    w.read_by is not null
    and w.read_by <> all(array[
        {%- for model_name in payload_kinds() %}
            '{{ model_name }}'{{ ',' if not loop.last }}
        {%- endfor %}
    ])
