{#
    The condition is true for every row; unknown passes.

    Args:
        expression: SQL condition.
#}
{% test expression_holds(model, expression, column_name=none) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
