{#
    An index that is declared later appears on the next run. dbt's own `indexes` config cannot
    name them: of a seed it makes one more with each full refresh, and none when the seed's columns
    changed. What is implied is left out where a declared one does as well: for the unique key, which
    its strategy needs, one of the same columns; for the owner of a set, and for `_xid`, by which the
    new rows are found, one that begins with it. Of a seed nothing is implied. An index that a later
    release does without is named among `former_indexes`, and goes.
#}
{% macro ensure_indexes() -%}
    {%- if config.get('materialized') in ('incremental', 'seed') -%}
    {%- set meta = config.get('meta') or {} -%}
    {%- set indexes = dict(meta.get('named_indexes') or {}) -%}
    {%- set unique_key = config.get('unique_key') -%}
    {%- set implied = {
        'key': {'columns': [unique_key] if unique_key is string else unique_key, 'unique': true},
        'owner': {'columns': [meta.get('owner', '_xid')]},
        'xid': {'columns': ['_xid']},
    } if config.get('materialized') == 'incremental' else {} -%}
    {%- for suffix, index in implied.items() -%}
        {%- set whole = indexes.values() | rejectattr('where', 'defined') | map(attribute='columns') | list -%}
        {%- set is_served = index.columns in whole if suffix == 'key'
            else index.columns[0] in whole | map('first') | list -%}
        {%- if not is_served and index.columns != ['id'] -%}
            {%- do indexes.update({'idx_' ~ this.schema ~ '_' ~ this.name ~ '_' ~ suffix: index}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in meta.get('former_indexes', []) %}
    drop index if exists {{ this.include(identifier=false) }}.{{ name }};
    {%- endfor %}
    {%- for name, index in indexes.items() %}
    create {{ 'unique ' if index.get('unique') }}index if not exists {{ name }}
    on {{ this }} {{ 'using ' ~ index.using if index.using }} ({{ index.columns | join(', ') }})
    {{- ' where ' ~ index.where if index.where }};
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}
