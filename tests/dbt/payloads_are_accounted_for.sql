{{ config(tags=['audit']) }}

-- Every raw payload is exactly one of: winner, superseded by a better payload of its entity,
-- reported as unusable. (Types that nothing extracts yet wait; they are not looked at here.)
{%- set domain = function('normal_domain') %}
{%- set profile_url = function('person_linkedin_url') %}

{{ unaccounted_rows(
    'company_payloads', domain ~ '(r.company_domain)', ref('company_firmographics'),
    'company_domain', where=is_extracted_type('company_payloads')
) }}
union all
{{ unaccounted_rows(
    'company_discovery', domain ~ '(r.company_domain)', ref('company_discovery'), 'domain'
) }}
union all
{{ unaccounted_rows(
    'person_payloads', profile_url ~ '(r.linkedin_url)', ref('person_profile'), 'linkedin_url',
    where=is_extracted_type('person_payloads')
) }}
union all
{{ unaccounted_rows(
    'person_discovery', profile_url ~ '(r.linkedin_url)', ref('person_discovery'), 'linkedin_url'
) }}
union all
{{ unaccounted_rows(
    'company_customer_claygent_payloads', domain ~ '(r.origin_company_domain)',
    ref('claygent_origins'), 'origin_company_domain'
) }}
union all
{{ unaccounted_rows(
    'icp_payloads', domain ~ '(r.domain)', ref('company_icp_criteria'), 'domain'
) }}
union all
{{ unaccounted_rows(
    'case_study_extraction_payloads',
    'case when ' ~ domain ~ '(r.origin_company_domain) is not null and '
    ~ function('clean_text') ~ '(r.company_customer_name) is not null then '
    ~ function('normal_url') ~ '(r.case_study_url) end',
    ref('case_study_details'), 'case_study_url'
) }}
