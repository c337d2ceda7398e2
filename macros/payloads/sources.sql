{#
    Sources: models of models/observed/ that tell what each raw row says of a company or a person, and
    say in the meta of their yml what they are. A source is named nowhere else: those that make use of it
    find it in the graph, and take its SQL into theirs. By ref() dbt would have to know its name before
    it has read its yml; and it would parse the whole of the SQL to put it in its place.

        entity      company or person
        source      its name in the ranking and in the observations; or
        sources     its names, where the column `source` of each row says which
        states      the attributes among its columns, as observed_entities names them
        emails      whether its column `emails` holds addresses, as person_emails wants them

    Of a person `states` may name roles and schools, columns that hold lists (careers.sql).

    One that reads the payloads of a provider, by source_payloads, refers to its raw table, to functions
    and to no model, and says in its meta as well:

        within      members of a payload that hold what is read, the first that there is
        marks       fields of which a payload has one at least if it states anything; with a filter of a
                    jsonpath behind it (`email ? (@ like_regex "@")`) where a word there is no value
        fields      column of its query -> the paths, within what is read, that it is made of; of a list,
                    `roles.title`
        employer    of a person, what its columns say of the employer in company_domain: `source`, or
                    `sources`, source of the person -> source of the company; and attribute of a
                    company -> column
#}


{# The models that tell what raw rows say, by name; none while dbt parses. #}
{% macro observers_in_graph() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
            {%- if node.package_name == model.package_name and 'states' in node.config.meta -%}
                {%- do found.append(node) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort(attribute='name')) }}
{%- endmacro %}


{# Those of them that read the payloads of a provider. #}
{% macro source_models() -%}
    {{ return(observers_in_graph() | selectattr('config.meta.marks', 'defined') | list) }}
{%- endmacro %}


{#
    Have the model at hand depend on what observers refer to, and by name on some of them. At run time
    these are not referred to: dbt would put them before the model as well.
#}
{% macro depend_on_sources(names) -%}
    {%- do ref('workflow_readers') -%}
    {%- do ref('person_experience') -%}
    {%- for winners in payload_kinds() -%}
        {%- do ref(winners) -%}
    {%- endfor -%}
    {%- if not execute -%}
        {%- for name in names -%}
            {%- do ref(name) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{# The models that read payloads. #}
{% macro reading_models() -%}
    {{ return((payload_kinds() | list) + (source_models() | map(attribute='name') | list)) }}
{%- endmacro %}


{# What is to be known of a source's payloads, in the form of payload_kinds. #}
{% macro source_kind(node) -%}
    {%- set raw_table = node.sources[0][1] -%}
    {{ return({
        'raw_table': raw_table,
        'key': raw_keys()[raw_table],
        'is_optional': raw_table == 'email_payloads',
        'within': node.config.meta.get('within', []),
        'marks': node.config.meta.marks,
    }) }}
{%- endmacro %}


{# The SQL of a source, of its new rows, for the model at hand. #}
{% macro sql_of_source(node) -%}
    ({{ render(node.raw_code) }})
{%- endmacro %}


{# Names of the tables that take payloads, and of the column that holds their key. #}
{% macro raw_keys() -%}
    {%- set domain = ['company_domain', 'normal_domain', 'not a domain'] -%}
    {%- set person = ['linkedin_url', 'person_linkedin_url', 'not a LinkedIn profile URL'] -%}
    {{ return({
        'company_payloads': domain,
        'company_discovery': domain,
        'person_payloads': person,
        'person_discovery': person,
        'email_payloads': person,
        'icp_payloads': ['domain', 'normal_domain', 'not a domain'],
        'company_customer_claygent_payloads': ['origin_company_domain', 'normal_domain', 'not a domain'],
        'case_study_extraction_payloads': ['case_study_url', 'normal_url', 'not a URL'],
    }) }}
{%- endmacro %}


{# Names of the tables that records land in: those of payloads and those of table feeds. #}
{% macro raw_tables() -%}
    {{ return((raw_keys() | list) + (feed_tables() | map(attribute='name') | list)) }}
{%- endmacro %}


{# Columns that the tables of feeds have. #}
{% macro columns_of_feeds() -%}
    {%- set found = [] -%}
    {%- for table in feed_tables() -%}
        {%- do found.extend(table.columns) -%}
    {%- endfor -%}
    {{ return(found | unique | reject('in', ['id', 'created_at']) | list) }}
{%- endmacro %}


{# The sources of raw whose rows are lines of a table, with a column for each cell. #}
{% macro feed_tables() -%}
    {%- set found = [] -%}
    {%- for source in graph.sources.values()
        if source.package_name == model.package_name and source.config.meta.get('is_feed') -%}
        {%- do found.append(source) -%}
    {%- endfor -%}
    {{ return(found | sort(attribute='name')) }}
{%- endmacro %}


{# A payload without what is around it: the first member of these that is an object. #}
{% macro inner_payload(payload, within) -%}
    {%- if within -%}
        case
            {%- for member in within %}
            when jsonb_typeof({{ payload }} -> '{{ member }}') = 'object' then {{ payload }} -> '{{ member }}'
            {%- endfor %}
            else {{ payload }}
        end
    {%- else -%}
        {{ payload }}
    {%- endif -%}
{%- endmacro %}


{% macro source_payloads(name, raw_table, columns=[]) -%}
    {%- set raw = received(raw_table) -%}
    {%- set node = graph.nodes.get('model.' ~ model.package_name ~ '.' ~ name) if execute -%}
    {%- set kind = source_kind(node) if node else
        {'raw_table': raw_table, 'key': raw_keys()[raw_table], 'within': [], 'marks': ['name']} -%}
    select
        case when n.states_something then n.entity_key end as entity_key,
        n.raw_payload_id,
        {{ believed_refresh('n._refreshed_at', 'n.received_at') }} as refreshed_at,
        n.received_at,
        {%- for column in columns %}
        n.{{ column }},
        {%- endfor %}
        n.states_something,
        case when n.states_something then n.payload end as payload,
        n.record
    from (
        select
            i.*,
            coalesce({{ states_something(kind, 'i.payload') }}, false) as states_something
        from (
            select
                k.*,
                {{ inner_payload('k.record', kind.within) }} as payload
            from (
                select
                    {{ key_of(kind) }} as entity_key,
                    r.id as raw_payload_id,
                    {{ refresh_of('r') }} as _refreshed_at,
                    {{ receipt_of('r') }} as received_at,
                    {%- for column in columns %}
                    r.{{ column }},
                    {%- endfor %}
                    {{ decompressed(payload_of('r')) }} as record
                from {{ raw }} as r
                where
                    {{ is_new('r') }} and {{ is_read_by(name) }}
                {{ fence() }}
            ) as k
            {{ fence() }}
        ) as i
        {{ fence() }}
    ) as n
{%- endmacro %}


{#
    Queries for what a source could not use: rows without an entity, and values.
#}
{% macro issues_of_source(node) -%}
    {%- set kind = source_kind(node) -%}
    select
        '{{ kind.raw_table }}#' || r.id as entity,
        '{{ kind.raw_table }}' as raw_table,
        r.id as raw_payload_id,
        k.field,
        left(k.value, 1000) as value,
        k.reason,
        r._receipt as created_at
    from (
        select
            i.*,
            {{ inner_payload('i._record', kind.within) }} as _payload
        from (
            select
                r.*,
                {{ key_of(kind) }} as _key,
                {{ receipt_of('r') }} as _receipt,
                {{ refresh_of('r') }} as _refreshed_at,
                {{ refresh_text_of('r') }} as _refresh_text,
                {{ decompressed(payload_of('r')) }} as _record
            from {{ received(kind.raw_table) }} as r
            where {{ is_new('r') }} and {{ is_read_by(node.name) }}
            {{ fence() }}
        ) as i
        {{ fence() }}
    ) as r
    cross join lateral (
        values
        (
            '{{ kind.key[0] }}',
            r.{{ kind.key[0] }},
            r._key is null
            {{- ' and ' ~ function('clean_text') ~ '(r.' ~ kind.key[0] ~ ') is not null' if kind.is_optional }},
            '{{ kind.key[2] }}'
        ),
        {%- if kind.is_optional %}
        -- what a row needs that is to be known by name and employer
        (
            'company_domain',
            r.company_domain,
            r._key is null and {{ function('normal_domain') }}(r.company_domain) is null,
            'not a domain'
        ),
        ('full_name', r.full_name, r._key is null and {{ name_asked_for('r') }} is null, 'not a name'),
        {%- endif %}
        {{ faults_of_payload(
            kind,
            not_an_object='r._record is null',
            has_key='true' if kind.is_optional else 'r._key is not null',
        ) }}
    ) as k (field, value, failed, reason)
    where k.failed

    union all

    select
        '{{ kind.raw_table }}#' || s.raw_payload_id as entity,
        '{{ kind.raw_table }}' as raw_table,
        s.raw_payload_id,
        i.field,
        left(i.value, 1000) as value,
        i.reason,
        s.received_at as created_at
    from {{ sql_of_source(node) }} as s
    left join lateral jsonb_to_recordset(s._issues) as i (field text, value text, reason text)
        on true
{%- endmacro %}


{# Query: of how many entities each source says something, by the model that reads its payloads. #}
{% macro extracted_by_sources() -%}
    {%- set observed = {'company': ref('company_observations'), 'person': ref('person_observations')} -%}
    {%- set queries = [] -%}
    {%- for entity, observations in observed.items() -%}
        {%- set readers = [] -%}
        {%- for node in source_models() if node.config.meta.entity == entity -%}
            {%- for source in node.config.meta.get('sources', [node.config.meta.source]) -%}
                {%- do readers.append("('" ~ source ~ "', '" ~ node.name ~ "')") -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set query -%}
        select
            s.model,
            count(distinct o.{{ observed_entities()[entity].key }}) as extracted
        from (values {{ readers | join(', ') or "('', '')" }}) as s (source, model)
        left join {{ observations }} as o on s.source = o.source
        group by s.model
        {%- endset -%}
        {%- do queries.append(query) -%}
    {%- endfor -%}
    {{ queries | join('\n        union all\n        ') }}
{%- endmacro %}
