{#
    Every value of the column is in normal form: the function leaves it as it is.

    Args:
        form: name of the SQL function.
#}
{% test normal_form(model, column_name, form) %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is not null
        and {{ column_name }} is distinct from {{ functions_schema() }}.{{ form }}({{ column_name }})
{% endtest %}
