{#
    No value is missing in the columns that the table's yml says are not null: one look at a table
    for all of them. What it finds are rows, before each the names of the columns that it lacks.
    PostgreSQL 17 and later know what they enforce themselves, and read no table to ask for it again.
#}
{% test not_null_columns(model) %}
    {%- set columns = required_columns(tested_node()) if execute else ['id'] %}
    {%- if not columns %}
        {%- do exceptions.raise_compiler_error(
            tested_node().name ~ ' has no column with the constraint not_null for this test'
        ) %}
    {%- endif %}
    select
        concat_ws(
            ', '
            {%- for column in columns %},
            case when {{ adapter.quote(column) }} is null then '{{ column }}' end
            {%- endfor %}
        ) as lacks,
        tested.*
    from {{ model }} as tested
    where
        {%- for column in columns %}
        {% if not loop.first %}or {% endif %}{{ adapter.quote(column) }} is null
        {%- endfor %}
{% endtest %}
