{#
    Every id is the hash of its row's natural key.

    Args:
        kind: kind of entity that goes into the hash.
        key: SQL of the entity's key.
        item: SQL of the item within the entity, for tables of items.
#}
{% test id_is_hash_of_key(model, column_name, kind, key, item='null') %}
    select {{ column_name }}
    from {{ model }}
    where {{ column_name }} is distinct from
        {{ generate_schema_name('reference', none) }}.entity_id('{{ kind }}', {{ key }}, {{ item }})
{% endtest %}
