{#
    Each column holds what it says, for all columns of a table in one look at it: no value is missing
    where the table's yml says not null, keys are not repeated, values are in normal form or of a closed
    list, domains are no aliases, ids are the hash of their row's key, and what rows have to obey holds.
    What it finds are rows, before each what is wrong in it.
    PostgreSQL 17 and later know which columns they keep from being null, and read no table that is asked
    for nothing else.

    Args:
        unique: columns that no two rows share, NULL aside; lists of columns or expressions, in which
            NULL counts as a value.
        required: columns without NULL that the table's type leaves open.
        forms: column -> name of the SQL function that leaves its values as they are.
        hashes: column -> of what its ids are the hash: `kind`, the kind of entity; `key`, SQL of the
            entity's key; in tables of items `item`, SQL of the item within the entity. Functions of
            ours are called reference.<name>.
        values: column -> its values; NULL passes.
        canonical: columns of domains none of which is an alias of another.
        rules: SQL conditions that are true for every row; unknown passes.
#}
{% test columns_hold(
    model, unique=[], required=[], forms={}, hashes={}, values={}, canonical=[], rules=[]
) %}
    {%- set reference = functions_schema() ~ '.' %}
    {%- set faults = {} %}
    {%- for name in (required_columns(tested_node()) if execute else []) + required %}
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
    {%- for name, accepted in values.items() %}
        {%- set listed = [] %}
        {%- for value in accepted %}
            {%- do listed.append("'" ~ value | replace("'", "''") ~ "'") %}
        {%- endfor %}
        {%- do faults.update({
            name ~ ' is none of its values': name ~ ' not in (' ~ listed | join(', ') ~ ')'
        }) %}
    {%- endfor %}
    {%- for name in canonical %}
        {%- do faults.update({
            name ~ ' is an alias': 'exists (select 1 from ' ~ ref('company_aliases')
                ~ ' as a where tested.' ~ name ~ ' = a.domain)'
        }) %}
    {%- endfor %}
    {%- for rule in rules %}
        {%- do faults.update({'it does not hold that ' ~ rule: 'not (' ~ rule ~ ')'}) %}
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
