{#
    No two rows share the values of these columns or expressions.

    Args:
        columns: list of SQL expressions.
#}
{% test unique_combination(model, columns) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
