select distinct
    'seniority' as vocabulary,
    level as value,
    null as meaning
from {{ ref('seniority_levels') }}

union all

select distinct
    'function' as vocabulary,
    function as value,
    null as meaning
from {{ ref('job_functions') }}

union all

select distinct
    'country' as vocabulary,
    country as value,
    null as meaning
from {{ ref('countries') }}

union all

select
    entity || ' source' as vocabulary,
    source as value,
    raw_table as meaning
from {{ ref('sources') }}

union all

select distinct
    entity || ' attribute' as vocabulary,
    attribute as value,
    null as meaning
from {{ ref('source_rankings') }}

union all

select
    'workflow' as vocabulary,
    workflow_slug as value,
    description as meaning
from {{ ref('workflows') }}
