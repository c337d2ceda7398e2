{#
    Texts that say nothing, blanks around them apart. Listed spelling by spelling: `Null` and `Na`
    are surnames, so case is not ignored.
#}
{% macro null_markers() -%}
    {{ return([
        '', 'null', 'NULL', 'none', 'None', 'NONE', 'n/a', 'N/A', 'N/a', '-', '–', '—',
        'none found', 'None found', 'None Found', 'NONE FOUND',
        'none found.', 'None found.', 'None Found.', 'NONE FOUND.',
    ]) }}
{%- endmacro %}


{# Pattern of a text that is nothing but a null marker, blanks around it. #}
{% macro null_marker_pattern() -%}
    ^[{{ blanks() }}]*(?:{{ null_markers() | join('|') | replace('.', '[.]') }})[{{ blanks() }}]*$
{%- endmacro %}
