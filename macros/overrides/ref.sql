{% macro ref() -%}
    {{ return(_without_alias(builtins.ref(*varargs, **kwargs))) }}
{%- endmacro %}

{% macro source() -%}
    {{ return(_without_alias(builtins.source(*varargs, **kwargs))) }}
{%- endmacro %}

{% macro _without_alias(relation) -%}
    {{ return(relation.replace(require_alias=false) if execute and flags.EMPTY else relation) }}
{%- endmacro %}
