{# No value of the column is an alias of another domain. #}
{% test canonical_domain(model, column_name) %}
    select m.{{ column_name }}
    from {{ model }} as m
    inner join {{ ref('company_aliases') }} as a on m.{{ column_name }} = a.domain
{% endtest %}
