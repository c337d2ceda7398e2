{#
    A view that is replaced only when its SQL or its descriptions changed. dbt's own view is built
    anew in every run, which takes the views that analysts put on it along, and an exclusive lock
    that waits for every query under way, while every later query waits behind it.

    Columns may be added at the end in place. When columns go or change their type the view has to
    be dropped, with what was built on it.
#}
{% materialization stable_view, adapter='postgres' %}
    {%- set view = this.incorporate(type='view') -%}
    {%- set version = local_md5(sql ~ tojson([model.description, model.columns])) -%}
    {%- set is_current = is_current_view(view, version) -%}
    {%- if not is_current -%}
        {#- another run may be about to replace it; then there is nothing left to do -#}
        {%- do take_turn() -%}
        {%- do hold_rights() -%}
        {%- set is_current = is_current_view(view, version) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {%- if is_current -%}
        {%- call statement('main') -%} select 'unchanged' {%- endcall -%}
    {%- else -%}
        {%- call statement('main') -%}
            {{ get_assert_columns_equivalent(sql) if config.get('contract').enforced }}
            do $do$
            begin
                create or replace view {{ view }} as {{ sql }};
            exception when invalid_table_definition then
                drop view {{ view }} cascade;
                create view {{ view }} as {{ sql }};
            end
            $do$
        {%- endcall -%}
        {%- do persist_docs(view, model) -%}
        {%- if not flags.EMPTY -%}
            {%- do run_query(deployment_of(version)) -%}
        {%- endif -%}
    {%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [view]}) }}
{% endmaterialization %}


{# Whether the view is there in this version; under --empty, which changes no view, in any. #}
{% macro is_current_view(view, version) -%}
    {%- call statement('current', fetch_result=true) -%}
        select
            to_regclass('{{ view }}') is not null
            and (
                {{ flags.EMPTY }}
                or exists (
                    select 1 from {{ deployments() }}
                    where node = '{{ model.unique_id }}' and checksum = '{{ version }}'
                )
            )
    {%- endcall -%}
    {{ return(load_result('current').table[0][0]) }}
{%- endmacro %}
