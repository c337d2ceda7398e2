{#
    What is observed of companies and people, and by which models: each of models/observed/ is one
    source and says in the meta of its yml which one, of which entity, and what it states.

    key         column that names the entity
    owner       whether an observation also says of whom the payload is, by which payloads supersede
                each other
    attributes  column -> type; each is chosen on its own
    others      column -> type of what is observed beside them
    observers   the models. They are found by their yml and take part without being named; what is named
                here has an edge in dbt's lineage as well, and is selected with what depends on it
#}
{% macro observed_entities() -%}
    {{ return({
        'company': {
            'key': 'domain',
            'owner': true,
            'attributes': {
                'name': 'text',
                'linkedin_url': 'text',
                'website': 'text',
                'logo_url': 'text',
                'description': 'text',
                'company_type': 'text',
                'operating_status': 'text',
                'industry': 'text',
                'specialties': 'text[]',
                'size_bucket': 'text',
                'employee_count': 'integer',
                'follower_count': 'integer',
                'founded_year': 'integer',
                'annual_revenue': 'text',
                'total_funding': 'text',
                'country': 'text',
                'location': 'text',
            },
            'others': {'likelihood': 'integer'},
            'observers': [
                'company_by_firmographics', 'company_by_discovery', 'company_by_manual_customers',
                'company_by_case_studies', 'company_by_claygent_origins', 'company_by_vc_portfolios',
                'company_by_crunchbase_portfolios', 'company_by_icp_owners', 'company_by_profiles',
                'company_by_people_discovery', 'company_by_salesnav', 'company_by_other_payloads',
                'company_by_leadmagic', 'company_by_apollo', 'company_by_pdl',
                'person_by_leadmagic', 'person_by_apollo', 'person_by_pdl', 'company_by_statements',
            ],
        },
        'person': {
            'key': 'linkedin_url',
            'owner': false,
            'attributes': {
                'full_name': 'text',
                'first_name': 'text',
                'last_name': 'text',
                'headline': 'text',
                'summary': 'text',
                'location': 'text',
                'country': 'text',
                'picture_url': 'text',
                'connections': 'integer',
                'followers': 'integer',
            },
            'others': {
                'title': 'text',
                'company_name': 'text',
                'company_domain': 'text',
                'company_linkedin_url': 'text',
                'started_on': 'date',
                'ended_on': 'date',
                'is_current': 'boolean',
                'phone': 'text',
                'likelihood': 'integer',
                'roles': 'jsonb',
                'schools': 'jsonb',
            },
            'observers': [
                'person_by_profile', 'person_by_discovery', 'person_by_salesnav',
                'person_by_leadmagic', 'person_by_apollo', 'person_by_pdl',
                'email_by_leadmagic', 'email_by_anymailfinder', 'email_by_icypeas',
            ],
        },
    }) }}
{%- endmacro %}


{% macro observations_of(entity) -%}
    {%- set observed = observed_entities()[entity] -%}
    {%- do depend_on_sources(observed.observers) -%}
    {%- do country_by_spelling('o.country') -%}
    {%- set queries = [] -%}
    {%- for node in observers_in_graph() -%}
        {%- set meta = node.config.meta -%}
        {%- if meta.entity == entity -%}
            {%- set said = said_by_itself(meta) -%}
            {%- if 'marks' in meta -%}
                {%- do said.update({'owner': 'o.' ~ observed.key}) -%}
            {%- endif -%}
            {%- do queries.append(observations_by(entity, sql_of_source(node), meta, said)) -%}
        {%- elif entity == 'company' and 'employer' in meta -%}
            {#- a row that is of nobody says nothing of an employer -#}
            {%- set said = {
                'domain': 'case when o.linkedin_url is not null then o.company_domain end',
                'owner': 'o.linkedin_url',
            } -%}
            {%- for attribute, column in columns_of_employer(meta).items() -%}
                {%- do said.update({attribute: 'o.' ~ column}) -%}
            {%- endfor -%}
            {%- do queries.append(observations_by(entity, employers_of(node), meta.employer, said)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ queries | join('\n    union all\n') }}
{%- endmacro %}


{# What is said of employers: attribute of a company -> column. #}
{% macro columns_of_employer(meta) -%}
    {%- set found = {} -%}
    {%- for attribute, column in meta.get('employer', {}).items()
        if attribute not in ('source', 'sources') -%}
        {%- do found.update({attribute: column}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#
    Query in parentheses: what a source says of employers, in its own columns. A row for the present one;
    where careers are stated, one for each other domain in them as well, with its name and page.
#}
{% macro employers_of(node) -%}
    {%- set employer = columns_of_employer(node.config.meta) -%}
    {%- if 'roles' not in node.config.meta.states -%}
        {{ return(sql_of_source(node)) }}
    {%- endif -%}
    {%- set of_role = {'name': 'company', 'linkedin_url': 'company_linkedin_url'} -%}
    (
        select distinct on (s.raw_payload_id, e.company_domain)
            s.linkedin_url,
            s.raw_payload_id,
            s.refreshed_at,
            s.received_at,
            {%- if 'sources' in node.config.meta.employer %}
            s.source,
            {%- endif %}
            {%- for attribute, column in employer.items() %}
            e.{{ column }},
            {%- endfor %}
            e.company_domain
        from (
            select o.* from {{ sql_of_source(node) }} as o
            {{ fence() }}
        ) as s
        cross join lateral (
            select
                {%- for attribute, column in employer.items() %}
                s.{{ column }},
                {%- endfor %}
                s.company_domain,
                -1 as place
            union all
            select
                {%- for attribute, column in employer.items() %}
                {{ 'i.' ~ of_role[attribute] if attribute in of_role else 'null' }} as {{ column }},
                {%- endfor %}
                i.company_domain,
                r.place
            from jsonb_array_elements(s.roles) with ordinality as r (item, place)
            cross join
                lateral jsonb_to_record(r.item) as i (
                    company text, company_domain text, company_linkedin_url text
                )
            where jsonb_typeof(r.item) = 'object'
        ) as e
        order by s.raw_payload_id, e.company_domain, e.place
    )
{%- endmacro %}


{# What an observer says in columns of the attribute's name. #}
{% macro said_by_itself(meta) -%}
    {%- set said = {} -%}
    {%- for column in meta.get('states', []) -%}
        {%- do said.update({column: 'o.' ~ column}) -%}
    {%- endfor -%}
    {{ return(said) }}
{%- endmacro %}


{#
    Query: what one observer says.

    Args:
        entity: company or person.
        observer: a relation, or a query in parentheses.
        meta: its source, or its sources; where these are a mapping, of what the observer calls them.
        said: column of the observations -> what the observer says there, over o.
#}
{% macro observations_by(entity, observer, meta, said) -%}
    {%- set observed = observed_entities()[entity] -%}
    select
        {% if 'sources' not in meta -%}
        '{{ meta.source }}'
        {%- elif meta.sources is mapping -%}
        case o.source {%- for called, source in meta.sources.items() %} when '{{ called }}' then '{{ source }}'{% endfor %} end
        {%- else -%}
        o.source
        {%- endif %} as source,
        {{ said.get(observed.key, 'o.' ~ observed.key) }} as {{ observed.key }},
        {%- if observed.owner %}
        {{ said.get('owner', 'o.owner') }} as owner,
        {%- endif %}
        o.raw_payload_id,
        {%- for column, type in dict(observed.attributes, **observed.others).items() %}
        {%- if column == 'country' and column in said %}
        {#- another spelling is no other country, and no change #}
        case
            when {{ said[column] }} is not null then {{ country_by_spelling(said[column]) }}
        end as {{ column }},
        {%- else %}
        {{ said.get(column, 'null::' ~ type) }} as {{ column }},
        {%- endif %}
        {%- endfor %}
        o.refreshed_at,
        o.received_at
    from {{ observer }} as o
{%- endmacro %}


{# The name that an address was asked for, of a row of raw.email_payloads. #}
{% macro name_asked_for(row) -%}
    coalesce(
        {{ function('clean_text') }}({{ row }}.full_name),
        nullif(
            concat_ws(
                ' ',
                {{ function('clean_text') }}({{ row }}.first_name),
                {{ function('clean_text') }}({{ row }}.last_name)
            ),
            ''
        )
    )
{%- endmacro %}


{# A text about money; what means that nobody knows is none. The extracted tables keep the words. #}
{% macro stated_amount(value) -%}
    case
        when
            {{ value }} ~ '[0-9]'
            or {{ function('clean_name') }}(replace({{ value }}, ':', ' ')) is not null
            then {{ function('plain_text') }}({{ value }})
    end
{%- endmacro %}


{% macro stated_payloads(model_name, columns=[], but_winners=false) -%}
    {%- set kind = payload_kinds()[model_name] -%}
    select
        case when {{ states_something(kind, 'n.payload') }} then n.owner end as entity_key,
        n.raw_payload_id,
        {{ believed_refresh('n._refreshed_at', 'n.received_at') }} as refreshed_at,
        n.received_at,
        {%- for column in columns %}
        n.{{ column }},
        {%- endfor %}
        n.payload
    from (
        select
            k.owner,
            k.id as raw_payload_id,
            {{ refresh_of('k') }} as _refreshed_at,
            {{ receipt_of('k') }} as received_at,
            {%- for column in columns %}
            k.{{ column }},
            {%- endfor %}
            {{ decompressed(payload_of('k')) }} as payload
        from (
            select
                r.*,
                {{ key_of(kind) }} as owner
            from {{ received(kind.raw_table) }} as r
            where {{ is_new('r') }} and {{ is_read_by(model_name) }}
            {{ fence() }}
        ) as k
        {%- if but_winners %}
        -- By the key, which has an index: comparing ids alone would read all winners for each row, and
        -- asking for the new ones all that are new. A row that was corrected in place may be new where
        -- its winner is not.
        where not coalesce(
            (
                select {{ is_new('w') }} from {{ ref(model_name) }} as w
                where k.owner = w.{{ kind.owner }} and k.id = w.raw_payload_id
            ),
            false
        )
        {%- endif %}
        {{ fence() }}
    ) as n
{%- endmacro %}


{#
    Lateral join `h`: a head count, a text as the function gives it, and its number, if it is one. Fenced,
    because both are used several times.
#}
{% macro headcount_of(value) -%}
    lateral (
        select
            t.headcount,
            {{ function('as_integer') }}(t.headcount) as number
        from (
            select {{ function('headcount') }}({{ value }}) as headcount
            from (values (true)) as once
            {{ fence() }}
        ) as t
        {{ fence() }}
    ) as h
{%- endmacro %}


{% macro bucket_of_headcount() -%}
    case
        when h.number is null then h.headcount
        {%- for bucket in ['1', '2-10', '11-50', '51-200', '201-500', '501-1000', '1001-5000', '5001-10000'] %}
        when h.number between {{ bucket.split('-') | first }} and {{ bucket.split('-') | last }} then '{{ bucket }}'
        {%- endfor %}
        when h.number > 10000 then '10001+'
    end
{%- endmacro %}


{% macro place_of(parts, form='clean_text') -%}
    nullif(
        concat_ws(
            ', '
            {%- for part in parts %},
            {{ function(form) }}({{ part }})
            {%- endfor %}
        ),
        ''
    )
{%- endmacro %}


{# What a line of the ranking may be about. #}
{% macro ranked_attributes() -%}
    {%- set found = ['position', 'email', 'statement'] + (stated_sets() | list) -%}
    {%- for observed in observed_entities().values() -%}
        {%- do found.extend(observed.attributes) -%}
    {%- endfor -%}
    {{ return(found | unique | list) }}
{%- endmacro %}
