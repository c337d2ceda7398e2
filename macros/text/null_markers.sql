{# Pattern of a text that is nothing but a null marker, blanks around it; ignore case. #}
{% macro null_marker_pattern() -%}
    [{{ blanks() }}]*(?:null|none|n/?a|-|–|—|none found[.]?)?[{{ blanks() }}]*
{%- endmacro %}
