{% macro postgres__persist_docs(relation, model, for_relation=true, for_columns=true) -%}
    {%- if descriptions_of(relation) != wanted_descriptions(model) -%}
        {{ return(dbt.default__persist_docs(relation, model, for_relation, for_columns)) }}
    {%- endif -%}
{%- endmacro %}


{# What the catalogue says: a mapping of column to its description, of '' to the relation's. #}
{% macro descriptions_of(relation) -%}
    {%- call statement('descriptions', fetch_result=true) -%}
        select coalesce(a.attname, '') as name, d.description
        from pg_description as d
        left join pg_attribute as a
            on d.objsubid > 0 and d.objoid = a.attrelid and d.objsubid = a.attnum
        where d.classoid = 'pg_class'::regclass and d.objoid = to_regclass('{{ relation }}')
    {%- endcall -%}
    {%- set found = {} -%}
    {%- for row in load_result('descriptions')['data'] -%}
        {%- do found.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{# What the project says, in the same form. #}
{% macro wanted_descriptions(model) -%}
    {%- set wanted = {'': model.description} if model.description else {} -%}
    {%- for name, column in model.columns.items() if column.description -%}
        {%- do wanted.update({name: column.description}) -%}
    {%- endfor -%}
    {{ return(wanted) }}
{%- endmacro %}
