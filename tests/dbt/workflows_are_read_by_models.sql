-- A workflow names the model that reads it, or none.
select w.workflow_slug
from {{ ref('workflows') }} as w
where w.read_by not in ('{{ payload_kinds().keys() | join("', '") }}')
