{#
    The table that dbt did not find when its run began may have been made by another since; its rows
    are brought in line with this run's.
#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set contract = config.get('contract') -%}
    {%- if not temporary and relation_exists(relation) -%}
        {{ return(in_line_with(relation, sql)) }}
    {%- endif -%}
    {%- if contract and contract.enforced -%}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif -%}
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
    {%- if not temporary %}
    {{ analyze_new(relation) }};
    {{ depend_on_new_table() }}
    {%- endif %}
{%- endmacro %}


{#
    SQL that makes a table hold what a query gives. The query reads everything, as the first build
    of a table does, so the model's strategy removes what is not in it.
#}
{% macro in_line_with(relation, sql) -%}
    {%- set batch = make_temp_relation(relation) -%}
    {%- do run_query(postgres__create_table_as(true, batch, sql)) -%}
    {%- set columns = process_schema_changes(config.get('on_schema_change'), batch, relation)
        or adapter.get_columns_in_relation(relation) -%}
    {%- set strategy = adapter.get_incremental_strategy_macro(
        context, config.get('incremental_strategy')
    ) -%}
    {{ return(strategy({
        'target_relation': relation,
        'temp_relation': batch,
        'unique_key': config.get('unique_key'),
        'dest_columns': columns,
        'incremental_predicates': none,
    })) }}
{%- endmacro %}
