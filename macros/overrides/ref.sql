{#
    Under --empty dbt reads `(select ... limit 0) alias` where a relation stood. Ours bear aliases of
    their own, so dbt's is left out; in every other run these are dbt's own ref and source.
#}
{% macro ref() -%}
    {{ return(_without_alias(builtins.ref(*varargs, **kwargs))) }}
{%- endmacro %}

{% macro source() -%}
    {{ return(_without_alias(builtins.source(*varargs, **kwargs))) }}
{%- endmacro %}

{% macro _without_alias(relation) -%}
    {{ return(relation.replace(require_alias=false) if execute and flags.EMPTY else relation) }}
{%- endmacro %}
