{#
    Every id is the hash of its row's natural key.

    Args:
        kind: kind of entity that goes into the hash.
        key: SQL of the entity's key.
        item: SQL of the item within the entity, for tables of items; functions of ours are called
            reference.<name>.
#}
{% test id_is_hash_of_key(model, column_name, kind, key, item='null') %}
    {%- set reference = functions_schema() ~ '.' %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is distinct from
        {{ reference }}entity_id('{{ kind }}', {{ key }}, {{ item | replace('reference.', reference) }})
{% endtest %}
