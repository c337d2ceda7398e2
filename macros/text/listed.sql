{#
    The words of a seed, as a list: they are spelled into a function, where looking one up costs
    nothing. The seed is their only home; a build makes the functions after it.

    Args:
        seed: name of the seed.
        column: the column that holds the words.
        condition: SQL about a line, for some of them.
#}
{% macro listed(seed, column, condition='true') -%}
    {%- if model.resource_type == 'seed' -%}
        {{ return(listed_in_file(seed, column, condition)) }}
    {%- endif -%}
    {#- under --empty a ref reads no lines -#}
    {%- set seen = ref(seed) -%}
    {%- set table = api.Relation.create(
        database=seen.database, schema=seen.schema, identifier=seen.identifier
    ) -%}
    {%- set words = [] -%}
    {%- if execute and load_relation(table) -%}
        {%- set lines = run_query(
            'select ' ~ column ~ ' from ' ~ table ~ ' where ' ~ condition
            ~ ' order by ' ~ column ~ ' collate "C"'
        ) -%}
        {%- do words.extend(lines.columns[0].values()) -%}
    {%- endif -%}
    {{ return(words) }}
{%- endmacro %}


{#
    The same from the seed's file, for functions that a seed is checked by: its table may not have been
    brought up to date yet.
#}
{% macro listed_in_file(seed, column, condition) -%}
    {%- set table = 'file_of_' ~ seed -%}
    {%- if run_query("select to_regclass('pg_temp." ~ table ~ "') is null")[0][0] -%}
        {%- set cells = cells_of_seed(deployed_node('seed.' ~ model.package_name ~ '.' ~ seed)) -%}
        {%- do run_query('create temporary table ' ~ table ~ ' on commit drop as ' ~ cells) -%}
    {%- endif -%}
    {%- set lines = run_query(
        'select ' ~ column ~ ' from pg_temp.' ~ table ~ ' where ' ~ column ~ ' is not null and ' ~ condition
        ~ ' order by ' ~ column ~ ' collate "C"'
    ) -%}
    {{ return(lines.columns[0].values() | list) }}
{%- endmacro %}


{#
    SQL for a list of words as an array: one constant, where a constructor would be a node for each
    word in the stored body of the function.
#}
{% macro array_of(words) -%}
    '{
        {%- for word in words -%}
            "{{ word | replace("'", "''") }}"{{ ',' if not loop.last }}
        {%- endfor -%}
    }'::text[]
{%- endmacro %}


{#
    The words that mean there is no value, in lower case and without dots at the end. The word null
    is added here, because dbt reads it as an empty cell of the seed.

    Args:
        scopes: where they do: text, key, slug, name (see the seed null_markers).
#}
{% macro markers(scopes) -%}
    {{ return(
        ['null'] + listed('null_markers', 'marker', "scope in ('" ~ scopes | join("', '") ~ "')")
    ) }}
{%- endmacro %}


{# SQL for them as an array. #}
{% macro null_markers(scopes) -%}
    {{ array_of(markers(scopes)) }}
{%- endmacro %}


{# The labels that end a domain. #}
{% macro top_level_domains() -%}
    {{ return(listed('top_level_domains', 'label')) }}
{%- endmacro %}


{# The hosts whose pages belong to somebody else each. #}
{% macro shared_hosts() -%}
    {{ return(
        listed('shared_hosts', 'host')
        + listed('ignored_domains', 'domain', "kind in ('link_in_bio', 'link_shortener')")
    ) }}
{%- endmacro %}


{#
    Pattern of a text that is nothing but a null marker in any case, blanks around it and dots behind.
    For jsonpath, which cannot ask a seed: a test holds it equal to the markers of text. Both cases are
    spelled, because jsonpath takes the database's collation for what they are.
#}
{% macro null_marker_pattern() -%}
    {#- jsonpath reads no escape of eight digits; no rare blank is a provider's -#}
    {%- set blank = '[' ~ blanks().split('\\U')[0] ~ ']*' -%}
    {%- set spelled = [] -%}
    {%- set words -%}
null|none|none found|n/a|n[.]a|-|–|—
|#n/a|#null!|#name[?]|#num!|#ref!|#value!|#div/0!|#error!
    {%- endset -%}
    {%- for sign in words | replace('\n', '') -%}
        {%- do spelled.append('[' ~ sign ~ sign | upper ~ ']' if sign != sign | upper else sign) -%}
    {%- endfor -%}
    ^{{ blank }}(?:{{ spelled | join }})?[.]*{{ blank }}$
{%- endmacro %}
