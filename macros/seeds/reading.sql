{#
    A seed's file, read so that every cell has its line. One line is one row: a cell does not go on in
    the next line, so that a quote which is not closed spoils its own line and no other.
#}

{# Whether a seed's yml says what is right in it. Others are loaded as dbt does. #}
{% macro is_reviewed(seed) -%}
    {{ return('key' in seed.config.meta) }}
{%- endmacro %}


{#
    The lines of a seed's file, the header first; none for a blank one.

    Macros cannot open files. But the class of the table that any query gives can: here it makes a
    table of one column, and takes no character for a quote.
#}
{% macro text_of_seed(seed) -%}
    {#- where the project is now; a manifest that was kept may say where it was -#}
    {%- set is_ours = seed.package_name == project_name -%}
    {%- set root = is_ours and invocation_args_dict.get('project_dir') or seed.root_path -%}
    {%- set any = run_query("select ''::text as line") -%}
    {%- set table = try_or_compiler_error(
        seed.original_file_path ~ ' cannot be read; save it as UTF-8',
        any.from_csv,
        root ~ '/' ~ seed.original_file_path,
        column_names=['line'],
        column_types=any.column_types,
        header=false,
        encoding='utf-8-sig',
        delimiter='\x1e',
        quoting=3
    ) -%}
    {{ return(table.columns[0].values() | list) }}
{%- endmacro %}


{# The columns that the header of a file names. #}
{% macro header_of(text) -%}
    {{ return((text[0] or '').replace('"', '').split(',')) }}
{%- endmacro %}


{# A cell of CSV behind its comma, for a regular expression: what is in quotes, or what is plain. #}
{% macro cell_pattern() -%}
    ,(?:"((?:[^"]|"")*)"|([^",]*))
{%- endmacro %}


{# SQL for a value as jsonb, one text whatever standard_conforming_strings says. #}
{% macro json_literal(value) -%}
    $json${{ tojson(value) | replace('$', '\\u0024') }}$json$::jsonb
{%- endmacro %}


{#
    SQL for the rows of a seed's file, blank lines left out: of each its line, its text with a comma
    before it, and its cells in the order of the header, as far as its quotes pair up; taken apart once,
    however often it is asked for them.

    Args:
        text: the lines.
#}
{% macro rows_of(text) -%}
    select
        l.line,
        l.text,
        array(
            select coalesce(replace(c.groups[1], '""', '"'), c.groups[2])
            from regexp_matches(
                regexp_substr(l.text, '^(?:{{ cell_pattern() }}(?=,|$))*'), '{{ cell_pattern() }}', 'g'
            ) with ordinality as c (groups, place)
            order by c.place
        ) as cells
    from (
        select
            line,
            ',' || text as text
        from jsonb_array_elements_text({{ json_literal(text) }})
        with ordinality as t (text, line)
        where line > 1 and btrim(text) <> ''
    ) as l
    {{ fence() }}
{%- endmacro %}


{#
    How many cells a line has at least: all, or where its yml says that it may end early, as many as
    reach to the last that may not be empty.
#}
{% macro least_cells(seed, header) -%}
    {%- if not seed.config.meta.get('may_end_early') -%}
        {{ return(header | length) }}
    {%- endif -%}
    {%- set found = namespace(least=0) -%}
    {%- for name in header if not seed.columns[name].meta.get('optional') -%}
        {%- set found.least = header.index(name) + 1 -%}
    {%- endfor -%}
    {{ return(found.least) }}
{%- endmacro %}


{#
    Refuse a seed whose file has not the columns that its yml names, or lines that are no rows of
    them.
#}
{% macro require_rows(seed) -%}
    {%- set text = text_of_seed(seed) -%}
    {%- set columns = seed.columns.keys() | list -%}
    {%- if header_of(text) | sort != columns | sort -%}
        {{ refuse_seed(seed, [
            'line 1 names the columns "' ~ header_of(text) | join(',') ~ '"; write ' ~ columns | join(',')
        ]) }}
    {%- endif -%}
    {%- set names = array_of(header_of(text)) -%}
    {%- set least = least_cells(seed, header_of(text)) -%}
    {%- set wrong_width = 'cardinality(cells) not between ' ~ least ~ ' and ' ~ columns | length -%}
    {%- set is_row = "text ~ '^(?:" ~ cell_pattern() ~ ")*$'" -%}
    {%- set control = "'[\u0001-\u001f\u007f-\u009f]'" -%}
    {%- set wrong -%}
        select
            line,
            case
                when not {{ is_row }} then
                    ({{ names }})[cardinality(cells) + 1]
                    || ': a quote without its other half; a cell ends in the line where it begins, and '
                    'a quote within it is written twice, between quotes'
                when {{ wrong_width }} then
                    format(
                        'not %s cells; write {{ columns | length }}: %s (one with a comma between quotes)',
                        cardinality(cells),
                        array_to_string({{ names }}, ', ')
                    )
                else (
                    select c.name || ': a control character; take it out'
                    from unnest({{ names }}, cells) with ordinality as c (name, cell, place)
                    where c.cell ~ {{ control }}
                    order by c.place
                    limit 1
                )
            end as problem
        from ({{ rows_of(text) }}) as r
        where not {{ is_row }} or {{ wrong_width }} or text ~ {{ control }}
        order by line
    {%- endset -%}
    {%- set found = [] -%}
    {%- for row in run_query(wrong) -%}
        {%- do found.append('line ' ~ row[0] ~ ', ' ~ row[1]) -%}
    {%- endfor -%}
    {%- if found -%}
        {{ refuse_seed(seed, found) }}
    {%- endif -%}
    {%- if not seed.config.meta.get('optional') and not text[1:] | select | list -%}
        {{ refuse_seed(seed, ['no line below the header; what is spelled into functions is never empty']) }}
    {%- endif -%}
{%- endmacro %}


{#
    SQL for the rows of a seed's file as a table: their line, and the columns that its header names.
    A cell that dbt reads as nothing is NULL.
#}
{% macro cells_of_seed(seed) -%}
    {%- set text = text_of_seed(seed) -%}
    select
        line
        {%- for name in header_of(text) %},
        case
            when lower(btrim(cells[{{ loop.index }}])) not in ('', 'null') then cells[{{ loop.index }}]
        end as {{ adapter.quote(name) }}
        {%- endfor %}
    from ({{ rows_of(text) }}) as r
{%- endmacro %}


{#
    Stop the load of a seed: its transaction is rolled back, so what was in effect stays.

    Args:
        seed: the seed.
        wrong: what is wrong, a text for each place.
#}
{% macro refuse_seed(seed, wrong) -%}
    {%- set shown = [] -%}
    {%- for each in wrong[:20] -%}
        {%- do shown.append(seed.original_file_path ~ ', ' ~ printable(each)) -%}
    {%- endfor -%}
    {%- if wrong | length > 20 -%}
        {%- do shown.append('and ' ~ (wrong | length - 20) ~ ' more') -%}
    {%- endif -%}
    {{ exceptions.raise_compiler_error(
        'Refused; what was in effect before stays.\n' ~ shown | join('\n')
    ) }}
{%- endmacro %}


{# A text on one line, without what could steer a terminal. #}
{% macro printable(text) -%}
    {%- if text.isprintable() -%}
        {{ return(text) }}
    {%- endif -%}
    {%- set shown = [] -%}
    {%- for character in text -%}
        {%- do shown.append(character if character.isprintable() else ' ') -%}
    {%- endfor -%}
    {{ return(shown | join) }}
{%- endmacro %}
