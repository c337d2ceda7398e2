{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    pre_hook="{{ keep_former_keys('company', 'companies', 'domain', 'normal_domain') }}",
    meta={
        'owner': 'domain',
        'named_indexes': {
            'idx_core_companies_domain': {'columns': ['domain'], 'unique': true},
            'idx_core_companies_linkedin_url': {'columns': ['linkedin_url']},
            'idx_core_companies_name': {'columns': ['name']},
            'idx_core_companies_name_key': {'columns': ['_name_key']},
            'idx_core_companies_name_beginning': {
                'columns': ['(left(_name_key, 100)) text_pattern_ops'],
            },
            'idx_core_companies_name_words': {
                'columns': ['(' ~ name_words('_name_key') ~ ')'], 'using': 'gin'
            },
            'idx_core_companies_name_stem': {'columns': ['_name_stem']},
        },
    },
) }}

with {{ touched_company_observations() }},

{{ golden_values('company') }}

select
    {{ function('entity_id') }}('core.companies', g.entity_key) as id,
    g.entity_key as domain,
    g.name,
    g.linkedin_url,
    g.created_at,
    -- looked up for each, which no plan can make a comparison of all with all
    coalesce(
        (
            select max(h.observed_at) from {{ ref('company_history') }} as h
            where g.entity_key = h.domain
        ),
        g.created_at
    ) as updated_at,

    {% for attribute in observed_entities()['company'].attributes
        if attribute not in ['name', 'linkedin_url'] -%}
        g.{{ attribute }} as _{{ attribute }},
    {% endfor %}
    {{ function('comparing_form') }}(g.name) as _name_key,
    {{ name_stem('g.name') }} as _name_stem,
    {{ function('comparing_form') }}(g.industry) as _industry_key,
    {{ written_by() }} as _first_xid,
    {{ written_by() }} as _xid
from golden as g
