{#
    `ingest init --roles` writes the function, which looks at the catalogue and changes what is not
    right; a database without it does not use the roles. Target `dev` builds into schemas of its
    own, which stay their developer's.
#}
{% macro keep_access() -%}
    {%- if target.name != 'dev' -%}
    {#- the function would wait without a word -#}
    {%- do take_rights() -%}
    do $$
    begin
        if to_regprocedure('extracted.keep_access()') is not null then
            perform extracted.keep_access();
        end if;
    end
    $$
    {%- endif -%}
{%- endmacro %}
