{#
    The payloads of which a model keeps the winning one of each entity, by that model; sources.sql has
    those of which each is read for itself. What such a kind of payload is, is said here alone; the models, what superseded payloads said, issues,
    providers, the companies to look at anew and the test that every row is accounted for follow.

    raw_table   where its payloads lie; which of them it reads says the registry (read_by)
    key         of the raw table, see raw_keys: column that names the entity, the function that gives its
                normal form, what is said of a value without one
    needs       further columns a row cannot do without, in the same form
    owner       column of the model that holds the key
    items       payload field -> model of its items, which report values of theirs, and the columns
                there that hold the owner, the raw row and the position
    marks       fields of which a payload has one at least if it states anything, by what is read of
                them (see what_states_something): a number that is a word states nothing, nor does a
                list that is one. Whatever an answer without a result may repeat is none: the address
                that was asked for, an error's status, type and message
#}
{% macro payload_kinds() -%}
    {%- set kinds = {
        'company_firmographics': {
            'raw_table': 'company_payloads',
            'owner': 'company_domain',
            'marks': {
                'text': [
                    'name', 'description', 'industry', 'size', 'country', 'locality', 'logo_url',
                ],
                'number': [
                    'employee_count', 'follower_count', 'org_id', 'company_id', 'clay_company_id',
                ],
                'year': ['founded'],
                'texts': ['specialties'],
                'objects': ['locations'],
                'page': ['url'],
            },
        },
        'company_discovery': {
            'raw_table': 'company_discovery',
            'owner': 'domain',
            'marks': {
                'text': [
                    'name', 'size', 'country', 'location', 'industry', 'description',
                ],
                'amount': ['annual_revenue', 'total_funding_amount_range_usd'],
                'number': ['linkedin_company_id', 'clay_company_id'],
                'texts': ['industries'],
                'page': ['linkedin_url'],
                'anything': ['derived_datapoints.*'],
            },
        },
        'person_profile': {
            'raw_table': 'person_payloads',
            'owner': 'linkedin_url',
            'items': {
                'experience': [
                    'person_experience', 'linkedin_url', 'raw_payload_id', 'experience_order',
                ],
                'education': [
                    'person_education', 'linkedin_url', 'raw_payload_id', 'education_order',
                ],
            },
            'marks': {
                'text': [
                    'name', 'first_name', 'last_name', 'headline', 'summary', 'location_name',
                    'country', 'picture_url_orig', 'picture_url_copy', 'latest_experience.*',
                ],
                'number': ['profile_id', 'connections', 'num_followers', 'jobs_count'],
                'list': [
                    'languages', 'certifications', 'courses', 'patents', 'projects', 'publications',
                    'volunteering', 'awards',
                ],
                'objects': ['experience', 'education'],
            },
        },
        'person_discovery': {
            'raw_table': 'person_discovery',
            'owner': 'linkedin_url',
            'marks': {
                'text': [
                    'name', 'first_name', 'last_name', 'location_name', 'domain',
                    'latest_experience_title', 'latest_experience_company',
                    'latest_experience_start_date',
                ],
            },
        },
        'claygent_origins': {
            'raw_table': 'company_customer_claygent_payloads',
            'owner': 'origin_company_domain',
            'items': {
                'customers': [
                    'company_customer_claygent', 'origin_company_domain', 'raw_payload_id', '_position',
                ],
            },
            'marks': {'objects': ['customers'], 'text': ['result']},
        },
        'company_icp_criteria': {
            'raw_table': 'icp_payloads',
            'owner': 'domain',
            'marks': {'object': ['company_criteria', 'person_criteria']},
        },
        'case_study_details': {
            'raw_table': 'case_study_extraction_payloads',
            'needs': [
                ['origin_company_domain', 'normal_domain', 'not a domain'],
                ['company_customer_name', 'clean_name', 'not a name'],
            ],
            'owner': 'case_study_url',
            'items': {
                'champions': [
                    'case_study_champions', '_case_study_url', '_raw_payload_id', '_position',
                ],
            },
            'marks': {
                'text': ['article_title', 'customer_company_domain'],
                'objects': ['champions'],
            },
        },
    } -%}
    {%- for kind in kinds.values() -%}
        {%- do kind.update({'key': raw_keys()[kind.raw_table]}) -%}
    {%- endfor -%}
    {{ return(kinds) }}
{%- endmacro %}


{% macro raw_values() -%}
    {%- set domain = ['normal_domain', 'not a domain'] -%}
    {%- set company_page = ['company_linkedin_url', 'not a LinkedIn company URL'] -%}
    {%- set headcount = ['headcount', 'neither a number nor a range'] -%}
    {%- set day = ['as_date', 'not a date'] -%}
    {%- set year = ['as_year', 'not a year'] -%}
    {{ return({
        'manual_company_customers': {
            'origin_company_domain': domain,
            'origin_company_linkedin_url': company_page,
            'company_customer_domain': domain,
            'company_customer_linkedin_url': company_page,
        },
        'vc_firms': {'domain': domain},
        'vc_portfolio_companies': {
            'website_domain': domain,
            'linkedin_url': company_page,
            'employee_count': headcount,
            'founded_date': year,
        },
        'vc_crunchbase_portfolios': {
            'website': domain,
            'vc_domain': domain,
            'linkedin_url': company_page,
            'number_employees': headcount,
            'founded_date': year,
        },
        'salesnav_scrapes': {
            'linkedin_url_user_profile': ['person_linkedin_url', 'not a LinkedIn profile URL'],
            'company_website': domain,
            'linkedin_url_company': company_page,
            'job_started_on': day,
            'company_headcount': headcount,
            'email': ['email_address', 'not an e-mail address'],
            'phone_number': ['phone_number', 'not a phone number'],
        },
    }) }}
{%- endmacro %}


{# Lists of texts in raw tables without payloads, as far as core reads them. #}
{% macro raw_lists() -%}
    {{ return({'vc_portfolio_companies': ['categories']}) }}
{%- endmacro %}


{# Columns of raw tables that say when a row was true, and so which row speaks. #}
{% macro raw_refreshes() -%}
    {{ return({'salesnav_scrapes': ['export_timestamp']}) }}
{%- endmacro %}


{% macro feed_workflows() -%}
    {{ return({
        'manual_company_customers': 'manual-company-customers',
        'salesnav_scrapes': 'salesnav-export',
        'vc_firms': 'vc-firms',
        'vc_portfolio_companies': 'vc-portfolio',
        'vc_crunchbase_portfolios': 'crunchbase-vc-portfolio',
    }) }}
{%- endmacro %}


{% macro key_of(kind, row='r') -%}
    {%- set key = function(kind.key[1]) ~ '(' ~ row ~ '.' ~ kind.key[0] ~ ')' -%}
    {%- set conditions = [] -%}
    {%- for column, form, _ in kind.get('needs', []) -%}
        {%- do conditions.append(function(form) ~ '(' ~ row ~ '.' ~ column ~ ') is not null') -%}
    {%- endfor -%}
    {{ 'case when ' ~ conditions | join(' and ') ~ ' then ' ~ key ~ ' end' if conditions else key }}
{%- endmacro %}


{% macro is_read_by(model_name) -%}
    r.workflow_slug in (
        select w.workflow_slug from {{ ref('workflow_readers') }} as w
        where w.model = '{{ model_name }}'
    )
{%- endmacro %}


{#
    When a field states something, by what is read of it: conditions of a jsonpath on the value, which
    is asked for in strict mode, because in lax mode an empty list would be looked into and found to
    hold nothing. They are necessary for a value that can be used, nearly always sufficient, and cost no
    call of a function. Both cases of letters are spelled, see null_marker_pattern.

        text        no list, no object and no null marker
        given       what a source's marks are, which are not told apart: anything but a null marker
        number      with a digit in it, and so a year or an amount
        page        a LinkedIn page of a company
        list, texts a list, empty ones too, or the text of one
        objects     likewise, where objects are read of it: with an object in it, or with nothing
                    but nulls, as an erasure leaves of it
        object      an object
        anything    a scalar, or a list or an object with something in it
#}
{% macro what_states_something() -%}
    {%- set is_text = '@.type() == "string"' -%}
    {%- set is_list_in_text = is_text ~ ' && @ like_regex "^[[:space:]]*[[]"' -%}
    {%- set no_marker = '(@.type() != "string" || @ == "Null" || !(@ like_regex "'
        ~ null_marker_pattern() ~ '"))' -%}
    {%- set given = '@.type() != "null" && ' ~ no_marker -%}
    {%- set scalar = '@.type() != "object" && @.type() != "array" && ' ~ given -%}
    {%- set number = '@.type() == "number" || ' ~ is_text ~ ' && @ like_regex "[0-9]"' -%}
    {%- set list = '@.type() == "array" || ' ~ is_list_in_text -%}
    {{ return({
        'text': scalar,
        'given': given,
        'number': number,
        'year': number,
        'amount': number,
        'page': is_text ~ ' && @ like_regex "[Ll][Ii][Nn][Kk][Ee][Dd][Ii][Nn]|^/company/"'
            ~ ' && @ like_regex "[Cc][Oo][Mm][Pp][Aa][Nn][Yy]|[Ss][Cc][Hh][Oo][Oo][Ll]'
            ~ '|[Ss][Hh][Oo][Ww][Cc][Aa][Ss][Ee]"'
            ~ ' && !(@ like_regex "/[Uu][Nn][Aa][Vv][Aa][Ii][Ll][Aa][Bb][Ll][Ee]/*$")',
        'list': list,
        'texts': list,
        'objects': '@.type() == "array" && (!exists(@[*] ? (@.type() != "null"))'
            ~ ' || exists(@[*] ? (@.type() == "object"))) || '
            ~ is_list_in_text,
        'object': '@.type() == "object"',
        'anything': '@.type() == "array" && @.size() > 0 || @.type() == "object" && exists(@.*) || '
            ~ scalar,
    }) }}
{%- endmacro %}


{#
    Of payloads that are kept whole one path asks for all marks: it ends at the first, but PostgreSQL
    takes a millisecond to read the pattern of each. Those of sources are small and their paths stand in
    many queries, so their marks are laid side by side and the pattern is read once. A mark that ends in a
    filter says itself what a value of it is.
#}
{% macro states_something(kind, payload) -%}
    {%- set conditions = what_states_something() -%}
    {%- set marks = kind.marks if kind.marks is mapping else {'given': kind.marks} -%}
    {%- set found = [] -%}
    {%- set deeper = [] -%}
    {%- for reading, fields in marks.items() -%}
        {%- for field in fields -%}
            {%- if reading == 'given' and modules.re.fullmatch('[A-Za-z0-9_.]+', field) -%}
                {%- do found.append(payload ~ " #> '{" ~ field | replace('.', ',') ~ "}'") -%}
            {%- elif field.endswith(')') -%}
                {%- do deeper.append('exists(@.' ~ field ~ ')') -%}
            {%- else -%}
                {%- do deeper.append('exists(@.' ~ field ~ ' ? (' ~ conditions[reading] ~ '))') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set tried = [] -%}
    {%- if found -%}
        {%- do tried.append(
            'case when ' ~ payload ~ ' is not null then jsonb_path_exists(jsonb_build_array('
            ~ found | join(', ') ~ "), 'strict $[*] ? (" ~ conditions.given ~ ")') end"
        ) -%}
    {%- endif -%}
    {%- if deeper -%}
        {%- do tried.append(
            'jsonb_path_exists(' ~ payload ~ ", 'strict $ ? (" ~ deeper | join(' || ') ~ ")')"
        ) -%}
    {%- endif -%}
    {{ tried[0] if tried | length == 1 else '(' ~ tried | join(' or ') ~ ')' }}
{%- endmacro %}
