{#
    No two rows share the values of these columns or expressions.

    Args:
        columns: list of SQL expressions; functions of ours are called reference.<name>.
#}
{% test unique_combination(model, columns) %}
    {%- set reference = functions_schema() ~ '.' %}
    {%- set expressions = columns | join(', ') | replace('reference.', reference) %}
    select {{ expressions }}
    from {{ model }}
    group by {{ expressions }}
    having count(*) > 1
{% endtest %}
