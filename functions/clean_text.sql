{#- Listed spelling by spelling: `Null` and `Na` are surnames, so case is not ignored. -#}
{%- set null_markers = [
    '', 'null', 'NULL', 'none', 'None', 'NONE', 'n/a', 'N/A', 'N/a', '-', '–', '—',
    'none found', 'None found', 'None Found', 'NONE FOUND',
    'none found.', 'None found.', 'None Found.', 'NONE FOUND.',
] -%}
-- nested, so that the text is trimmed once; each step compares lengths before it compares letters
select
    {{ 'nullif(' * (null_markers | length) }}
        {{ function('trim_blanks').include(database=false) }}(value)
    {%- for marker in null_markers %}, '{{ marker }}'){% endfor %}
