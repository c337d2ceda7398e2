{#
    Query: new payloads that are not the winner of their entity, with the payload as an object.

    Columns: owner, raw_payload_id, _refreshed_at, _received_at, payload, and `columns` of the raw row.

    Args:
        raw: relation of payloads.
        key: SQL of the entity's key over the alias r.
        winners: the model that holds each entity's winning payload.
        winners_key: its key column.
        columns: further columns of the raw row.
        where: further condition over r.
#}
{% macro superseded_payloads(raw, key, winners, winners_key, columns=[], where='true') -%}
    select
        n.*,
        {{ function('as_timestamptz') }}(n.payload ->> 'last_refresh') as _refreshed_at
    from (
        select
            {{ key }} as owner,
            r.id as raw_payload_id,
            {{ receipt_of('r') }} as _received_at,
            {%- for column in columns %}
            r.{{ column }},
            {%- endfor %}
            {{ payload_of('r') }} as payload
        from {{ raw }} as r
        where {{ is_new('r') }} and {{ where }}
        and not exists (select from {{ winners }} as w where w.raw_payload_id = r.id)
        offset 0
    ) as n
    where n.owner is not null and n.payload is not null
{%- endmacro %}


{#
    Query: the companies that new rows of a raw table name, where rows do not supersede each other.

    Columns: those of core.company_mentions.

    Args:
        source: name of the source in the ranking.
        raw_table: name of the raw table.
        sides: list of [domain column, name column or none, LinkedIn URL column or none].
        where: further condition over r.
#}
{% macro raw_row_mentions(source_name, raw_table, sides, where='true') -%}
    (
    select distinct on (owner, domain)
        '{{ source_name }}' as source,
        owner,
        domain,
        name,
        linkedin_url,
        raw_payload_id,
        _received_at as created_at,
        null::timestamptz as _refreshed_at,
        _received_at
    from (
        select
            r.id::text as owner,
            {{ function('normal_domain') }}(side.domain) as domain,
            {{ function('clean_text') }}(side.name) as name,
            {{ function('company_linkedin_url') }}(side.linkedin_url) as linkedin_url,
            r.id as raw_payload_id,
            {{ receipt_of('r') }} as _received_at,
            side.n
        from {{ source('raw', raw_table) }} as r
        cross join lateral (
            values
            {%- for domain, name, linkedin_url in sides %}
            ({{ loop.index }}, r.{{ domain }}, {{ 'r.' ~ name if name else 'null' }}, {{ 'r.' ~ linkedin_url if linkedin_url else 'null' }}){{ ',' if not loop.last }}
            {%- endfor %}
        ) as side (n, domain, name, linkedin_url)
        where {{ is_new('r') }} and {{ where }}
        offset 0
    ) as named
    where domain is not null
    order by owner, domain, n
    )
{%- endmacro %}


{#
    Query: for each entity the mention whose value of one attribute counts: what current payloads
    say before what superseded ones said, then the best-ranked source, then the newest.

    Columns: the key, value, source, raw_payload_id, _received_at, is_current.

    Args:
        mentions: CTE of mentions with is_current.
        key: column that names the entity.
        entity: entity in the ranking seed.
        attribute: attribute in the ranking seed, and column of the mentions.
#}
{% macro best_mention(mentions, key, entity, attribute) -%}
    select distinct on (m.{{ key }})
        m.{{ key }},
        m.{{ attribute }} as value,
        m.source,
        m.raw_payload_id,
        m._received_at,
        m.is_current
    from {{ mentions }} as m
    inner join {{ ref('source_rankings') }} as r
        on r.entity = '{{ entity }}' and r.attribute = '{{ attribute }}' and m.source = r.source
    where m.{{ attribute }} is not null
    order by
        m.{{ key }},
        m.is_current desc,
        r.rank,
        m._received_at desc,
        m.raw_payload_id desc,
        m.owner
{%- endmacro %}
