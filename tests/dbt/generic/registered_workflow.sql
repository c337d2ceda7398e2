{# The workflow is in the registry, or an alias of one that is. #}
{% test registered_workflow(model, column_name) %}
    select distinct m.{{ column_name }}
    from {{ model }} as m
    where not exists (
        select from {{ ref('workflows') }} as w where m.{{ column_name }} = w.workflow_slug
    )
    and not exists (
        select from {{ ref('workflow_aliases') }} as a where m.{{ column_name }} = a.alias
    )
{% endtest %}
