{#
    dbt fills a table under contract with INSERT ... SELECT, which PostgreSQL never runs in
    parallel; on the first build of a large raw table that is half the speed. So the table is made
    by CREATE TABLE AS and its constraints are added behind it.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set contract = config.get('contract') -%}
    {%- if contract and contract.enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create {{ 'temporary' if temporary }} table {{ relation }} as (
        {{ get_select_subquery(sql) if contract and contract.enforced else sql }}
    );
    {%- if contract and contract.enforced and not temporary %}
    alter table {{ relation }}
        {%- for column in model.columns.values() %}
            {%- for constraint in column.constraints if constraint.type == 'not_null' %}
        alter column {{ adapter.quote(column.name) }} set not null,
            {%- endfor %}
        {%- endfor %}
        add primary key (id);
    {%- endif %}
{%- endmacro %}
