{#
    What a seed's yml says is right in it, asked of its cells before they take effect. In the meta of
    the seed:

        key         the columns that tell its rows apart
        unique      further lists of columns that no two rows share
        chain       two columns; following the first to the second never comes back
        optional    whether it may have no rows
        may_end_early   whether a line may leave out cells at its end that may be empty

    and of a column:

        optional    whether a cell may be empty
        values      what a cell may be: a list, or the macro that gives it
        form        the function whose normal form a cell has
        pattern     what a cell matches, and
        says        that in words
        found_in    seed, column and perhaps a condition on the row: each cell is in the other file
        not_in      seed and column: no cell is in the other file

    A cell can be read as the type that the yml gives its column, a moment in the forms of ISO 8601.
#}
{% macro require_right_cells(seed) -%}
    {%- set checks = [] -%}
    {%- set meta = seed.config.meta -%}
    {%- for columns in [meta.key] + meta.get('unique', []) -%}
        {%- do checks.append(repeated_rows(columns)) -%}
    {%- endfor -%}
    {%- if 'chain' in meta -%}
        {%- do checks.append(circles(*meta.chain)) -%}
    {%- endif -%}
    {%- for form in seed.columns.values() | map(attribute='meta.form') | select('defined') | unique -%}
        {%- do make_passing_function(form) -%}
    {%- endfor -%}
    {%- for column in seed.columns.values() -%}
        {%- do checks.extend(wrong_cells(column.name, seed.config.column_types[column.name], column.meta)) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for row in run_query(checks | join('\nunion all\n') ~ '\norder by line, place, problem') -%}
        {%- do found.append('line ' ~ row.line ~ ', ' ~ row.place ~ ': ' ~ row.problem) -%}
    {%- endfor -%}
    {%- if found -%}
        {{ refuse_seed(seed, found) }}
    {%- endif -%}
{%- endmacro %}


{# SQL for rows that share the values of columns with a row above. #}
{% macro repeated_rows(columns) -%}
    {%- set list = columns | join(', ') -%}
    select
        line,
        '{{ list }}' as place,
        format('%s stands in line %s already', {{ shown(columns) }}, first_line) as problem
    from (
        select *, min(line) over (partition by {{ list }}) as first_line from pg_temp.cells
        where ({{ list }}) is not null
    ) as c
    where line > first_line
{%- endmacro %}


{# SQL for the rows from which a chain of cells comes back to where it began. #}
{% macro circles(first, second) -%}
    select
        line,
        '{{ first }}' as place,
        format('%s leads back to itself; take out one of these lines', {{ shown([first]) }}) as problem
    from (
        with recursive steps as (
            select
                line,
                {{ first }},
                {{ second }} as reached,
                array[{{ first }}] as passed
            from pg_temp.cells
            union all
            select
                s.line,
                s.{{ first }},
                c.{{ second }} as reached,
                s.passed || c.{{ first }} as passed
            from steps as s
            inner join pg_temp.cells as c on s.reached = c.{{ first }}
            where s.reached <> all(s.passed)
        )

        select distinct line, {{ first }} from steps
        where reached = {{ first }}
    ) as c
{%- endmacro %}


{# Queries for the cells of a column that are not what its yml says. #}
{% macro wrong_cells(name, type, meta) -%}
    {%- set checks = [] -%}
    {%- if not meta.get('optional') -%}
        {%- do checks.append(cells_where(name, name ~ ' is null', meta.get('says', 'a value'))) -%}
    {%- endif -%}
    {%- if type != 'text' -%}
        {%- do checks.append(cells_where(name, 'not ' ~ is_of_type(name, type), words_for_type(type))) -%}
    {%- endif -%}
    {%- if 'values' in meta -%}
        {%- set values = context[meta['values']]() if meta['values'] is string else meta['values'] -%}
        {%- do checks.append(cells_where(
            name, name ~ ' <> all(' ~ array_of(values) ~ ')', 'one of ' ~ values | join(', ')
        )) -%}
    {%- endif -%}
    {%- if 'pattern' in meta -%}
        {%- set differs = name ~ " !~ '" ~ meta.pattern | replace("'", "''") ~ "'" -%}
        {%- do checks.append(cells_where(name, differs, meta.says)) -%}
    {%- endif -%}
    {%- if 'found_in' in meta -%}
        {%- do checks.append(cells_not_found(name, **meta.found_in)) -%}
    {%- endif -%}
    {%- if 'not_in' in meta -%}
        {%- do checks.append(cells_found(name, **meta.not_in)) -%}
    {%- endif -%}
    {%- if 'form' in meta -%}
        {#- title_words has blanks around, by which a word is found -#}
        {%- set form = 'btrim(pg_temp.' ~ meta.form ~ '(' ~ name ~ '))' -%}
        {%- do checks.append(cells_where(
            name, name ~ ' <> coalesce(' ~ form ~ ", '')", meta.says, form
        )) -%}
    {%- endif -%}
    {{ return(checks) }}
{%- endmacro %}


{#
    SQL for the cells of which a condition is true.

    Args:
        name: the column.
        condition: SQL.
        right: what to write instead, in words,
        exactly: or SQL of it, where it is known.
#}
{% macro cells_where(name, condition, right, exactly='null::text') -%}
    select
        line,
        '{{ name }}' as place,
        format(
            '%s; write %s',
            {{ shown([name]) }},
            coalesce({{ exactly }}, '{{ right | replace("'", "''") }}')
        ) as problem
    from pg_temp.cells
    where {{ condition }}
{%- endmacro %}


{# SQL for the cells that are not in a column of another seed's file. #}
{% macro cells_not_found(name, seed, column, where='true') -%}
    {%- set other = deployed_node('seed.' ~ model.package_name ~ '.' ~ seed) -%}
    {{ return(cells_where(
        name,
        '(' ~ where ~ ') and ' ~ name ~ ' <> all(' ~ column_of_seed(other, column) ~ ')',
        'a ' ~ column ~ ' of ' ~ other.original_file_path
    )) }}
{%- endmacro %}


{# SQL for the cells that are in a column of another seed's file. #}
{% macro cells_found(name, seed, column) -%}
    {%- set other = deployed_node('seed.' ~ model.package_name ~ '.' ~ seed) -%}
    {{ return(cells_where(
        name,
        name ~ ' = any(' ~ column_of_seed(other, column) ~ ')',
        'what is no ' ~ column ~ ' of ' ~ other.original_file_path
    )) }}
{%- endmacro %}


{# SQL for the cells of a column of a seed's file, an array. #}
{% macro column_of_seed(seed, column) -%}
    array(select s.{{ column }} from ({{ cells_of_seed(seed) }}) as s)
{%- endmacro %}


{# SQL for the cells of some columns as they are shown. #}
{% macro shown(columns) -%}
    concat_ws(', '
        {%- for name in columns -%}
            , coalesce('"' || left({{ name }}, 60) || '"', 'an empty cell')
        {%- endfor -%}
    )
{%- endmacro %}


{# SQL condition: a cell can be read as a type; a date must not be a word like tomorrow. #}
{% macro is_of_type(name, type) -%}
    (
        pg_input_is_valid({{ name }}, '{{ type }}')
        {%- if type == 'timestamptz' %}
        and {{ name }} ~ '{{ iso_moment_pattern() }}'
        {%- elif type == 'integer' %}
        and {{ name }} ~ '^[0-9]+$'
        {%- elif type == 'jsonb' %}
        and {{ name }} is json object
        {%- endif %}
    )
{%- endmacro %}


{# What a cell of a type looks like. #}
{% macro words_for_type(type) -%}
    {{ return({
        'timestamptz': 'a date like 2026-01-31 or 2026-01-31T09:00:00Z',
        'integer': 'a whole number',
        'boolean': 'true or false',
        'jsonb': 'a JSON object',
    }.get(type, type)) }}
{%- endmacro %}
