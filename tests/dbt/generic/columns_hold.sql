{#
    Each column holds what it says, for all columns of a table in one look at it: no value is missing
    where the table's yml says not null, keys are not repeated, values are in normal form, ids are the
    hash of their row's key. What it finds are rows, before each what is wrong in it.
    PostgreSQL 17 and later know which columns they keep from being null, and read no table that is asked
    for nothing else.

    Args:
        unique: columns that no two rows share, NULL aside; lists of columns or expressions, in which
            NULL counts as a value.
        forms: column -> name of the SQL function that leaves its values as they are.
        hashes: column -> of what its ids are the hash: `kind`, the kind of entity; `key`, SQL of the
            entity's key; in tables of items `item`, SQL of the item within the entity. Functions of
            ours are called reference.<name>.
#}
{% test columns_hold(model, unique=[], forms={}, hashes={}) %}
    {%- set reference = functions_schema() ~ '.' %}
    {%- set faults = {} %}
    {%- for name in (required_columns(tested_node()) if execute else []) %}
        {%- do faults.update({name ~ ' is missing': adapter.quote(name) ~ ' is null'}) %}
    {%- endfor %}
    {%- set keys = [] %}
    {%- for key in unique %}
        {%- do keys.append(
            key if key is string else ('row(' ~ key | join(', ') ~ ')::text') | replace('reference.', reference)
        ) %}
        {%- do faults.update({
            (key if key is string else key | join(', ')) ~ ' is there twice':
                'repeated_' ~ loop.index ~ '.key_' ~ loop.index ~ ' is not null'
        }) %}
    {%- endfor %}
    {%- for name, form in forms.items() %}
        {%- do faults.update({
            name ~ ' is not in the form of ' ~ form:
                name ~ ' is not null and ' ~ name ~ ' is distinct from ' ~ reference ~ form ~ '(' ~ name ~ ')'
        }) %}
    {%- endfor %}
    {%- for name, of in hashes.items() %}
        {%- set item = (of.item or 'null') | replace('reference.', reference) %}
        {%- do faults.update({
            name ~ ' is not the hash of its key': name ~ ' is distinct from '
                ~ reference ~ "entity_id('" ~ of.kind ~ "', " ~ of.key ~ ', ' ~ item ~ ')'
        }) %}
    {%- endfor %}
    {%- if execute and not faults %}
        {%- do exceptions.raise_compiler_error(
            tested_node().name ~ ' says of no column what this test could ask for'
        ) %}
    {%- endif %}
    select
        concat_ws(
            ', '
            {%- for fault, condition in faults.items() %},
            case when {{ condition }} then '{{ fault | replace("'", "''") }}' end
            {%- endfor %}
        ) as faults,
        tested.*
    from {{ model }} as tested
    {%- for key in keys %}
    left join (
        select {{ key }} as key_{{ loop.index }}
        from {{ model }}
        group by key_{{ loop.index }}
        having count(*) > 1
    ) as repeated_{{ loop.index }} on {{ key }} = repeated_{{ loop.index }}.key_{{ loop.index }}
    {%- endfor %}
    where
        {%- for condition in faults.values() %}
        {% if not loop.first %}or {% endif %}({{ condition }})
        {%- endfor %}
        {%- if not faults %} false {% endif %}
{% endtest %}
