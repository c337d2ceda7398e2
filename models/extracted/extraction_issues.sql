{{ config(
    incremental_strategy='replace_set',
    unique_key='id',
    meta={'owner': '_entity'},
) }}

{%- set domain = function('normal_domain') %}
{%- set profile_url = function('person_linkedin_url') %}

with issues as (
    {{ issues_of(ref('company_firmographics'), 'company_domain', 'company_payloads') }}
    union all
    {{ issues_of(ref('company_discovery'), 'domain', 'company_discovery') }}
    union all
    {{ issues_of(
        ref('person_profile'), 'linkedin_url', 'person_payloads',
        items={
            'experience': {'relation': ref('person_experience'), 'position': 'experience_order'},
            'education': {'relation': ref('person_education'), 'position': 'education_order'},
        },
    ) }}
    union all
    {{ issues_of(ref('person_discovery'), 'linkedin_url', 'person_discovery') }}
    union all
    {{ issues_of(
        ref('claygent_origins'), 'origin_company_domain', 'company_customer_claygent_payloads',
        items={
            'customers': {'relation': ref('company_customer_claygent'), 'position': '_position'},
        },
    ) }}
    union all
    {{ issues_of(ref('company_icp_criteria'), 'domain', 'icp_payloads') }}
    union all
    {{ issues_of(
        ref('case_study_details'), 'case_study_url', 'case_study_extraction_payloads'
    ) }}
    union all
    {{ unusable_rows(
        'company_payloads',
        [['company_domain', domain ~ '(r.company_domain)', 'not a domain']],
        where=is_extracted_type('company_payloads'),
    ) }}
    union all
    {{ unusable_rows(
        'company_discovery', [['company_domain', domain ~ '(r.company_domain)', 'not a domain']]
    ) }}
    union all
    {{ unusable_rows(
        'person_payloads',
        [['linkedin_url', profile_url ~ '(r.linkedin_url)', 'not a LinkedIn profile URL']],
        where=is_extracted_type('person_payloads'),
    ) }}
    union all
    {{ unusable_rows(
        'person_discovery',
        [['linkedin_url', profile_url ~ '(r.linkedin_url)', 'not a LinkedIn profile URL']],
    ) }}
    union all
    {{ unusable_rows(
        'company_customer_claygent_payloads',
        [['origin_company_domain', domain ~ '(r.origin_company_domain)', 'not a domain']],
    ) }}
    union all
    {{ unusable_rows(
        'case_study_extraction_payloads',
        [
            ['case_study_url', function('normal_url') ~ '(r.case_study_url)', 'not a URL'],
            ['origin_company_domain', domain ~ '(r.origin_company_domain)', 'not a domain'],
            [
                'company_customer_name',
                function('clean_text') ~ '(r.company_customer_name)',
                'not a name'
            ],
        ],
    ) }}
    union all
    {{ unusable_rows('icp_payloads', [['domain', domain ~ '(r.domain)', 'not a domain']]) }}
    {%- for raw_table, columns in {
        'manual_company_customers': ['origin_company_domain', 'company_customer_domain'],
        'vc_firms': ['domain'],
        'vc_portfolio_companies': ['website_domain'],
        'vc_crunchbase_portfolios': ['website', 'vc_domain'],
        'salesnav_scrapes': ['company_website', 'linkedin_url_user_profile'],
    }.items() %}
        union all
        {{ unusable_values(raw_table, columns) }}
    {%- endfor %}
)

select
    {{ item_id(
        'extracted.extraction_issues', "raw_table || '/' || raw_payload_id", 'field'
    ) }} as id,
    raw_table,
    raw_payload_id,
    field,
    value,
    reason,
    created_at,

    entity as _entity,
    {{ written_by() }} as _xid
from issues
where {{ without_empty_sets('field') }}
