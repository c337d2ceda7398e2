{#
    Raw rows of people who asked to be erased. What tells somebody from a row stands here once, for
    models, which read what `received` leaves, and for the view of what it leaves out, by which writers
    delete and `ingest status` counts. Without tombstones it costs a look into an empty table.
#}


{#
    By what a row names somebody: the kind of identifier and SQL for its normal form, over r. A name, and in
    an export an address, a number or a URN without a member id, counts only where the row brings no
    profile: else it is the row of whoever has that profile, a colleague at the same switchboard.
#}
{% macro identifiers_of() -%}
    {#- as privacy.profile_of has it, which the planner could not put in place of the call #}
    {%- set profile -%}
        coalesce(
            {{ function('person_linkedin_url') }}(r.%s),
            case
                when r.%s !~ '[/@]' then
                    {{ function('person_linkedin_url') }}('https://www.linkedin.com/in/' || btrim(r.%s))
            end,
            'https://www.linkedin.com/in/'
            || substring(r.%s from '^\s*urn:li:.*(AC[ow]AA[A-Za-z0-9_-]+)')
        )
    {%- endset -%}
    {%- set slug = function('linkedin_slug') ~ '(' ~ profile ~ ')' -%}
    {%- set by_url = ['linkedin', slug | replace('%s', 'linkedin_url')] -%}
    {%- set by_urn = ['linkedin', 'raw.urn_key(r.linkedin_url)'] -%}
    {%- set no_profile -%}
        {{ function('person_linkedin_url') }}(r.%s) is null
    {%- endset -%}
    {%- set member_id = "substring(r.linkedin_user_profile_urn from 'AC[ow]AA[A-Za-z0-9_-]+')" -%}
    {#- a URN that has no member id is no profile #}
    {%- set of_nobody -%}
        {{ no_profile | replace('%s', 'linkedin_url_user_profile') }} and {{ member_id }} is null
    {%- endset -%}
    {{ return({
        'person_payloads': [by_url, by_urn],
        'person_discovery': [by_url, by_urn],
        'email_payloads': [by_url, by_urn] + names_at(
            name_asked_for('r'), ['r.company_domain'], [], no_profile | replace('%s', 'linkedin_url')
        ),
        'salesnav_scrapes': [
            ['linkedin', slug | replace('%s', 'linkedin_url_user_profile')],
            ['linkedin', member_id],
            [
                'linkedin',
                'case when ' ~ of_nobody ~ ' then raw.urn_key(r.linkedin_user_profile_urn) end',
            ],
            ['email', 'case when ' ~ of_nobody ~ ' then ' ~ function('email_address') ~ '(r.email) end'],
            ['phone', 'case when ' ~ of_nobody ~ ' then privacy.phone_digits(r.phone_number) end'],
        ] + names_at(
            "concat_ws(' ', r.first_name, r.last_name)", ['r.company_website'], ['r.company'], of_nobody
        ),
    }) }}
{%- endmacro %}


{#
    Identifiers of a name with each employer: the domain, or what a company is called.

    Args:
        name: SQL for the name.
        domains: SQL for domains, as received.
        companies: SQL for names of companies.
        where: SQL for when a name counts.
#}
{% macro names_at(name, domains, companies, where='true') -%}
    {%- set found = [] -%}
    {%- set employers = [] -%}
    {%- for domain in domains -%}
        {%- do employers.append(function('normal_domain') ~ '(' ~ domain ~ ')') -%}
    {%- endfor -%}
    {%- for company in companies -%}
        {%- do employers.append(name_stem(company)) -%}
    {%- endfor -%}
    {%- for employer in employers -%}
        {%- do found.append([
            'name_at',
            'case when ' ~ where ~ ' then ' ~ function('comparing_form') ~ '(' ~ name ~ ") || '@' || "
            ~ employer ~ ' end',
        ]) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{#
    SQL condition: one of the identifiers is a tombstone. The digests are looked up in a table that is
    hashed once; older keys, which are rare, are tried by a function.

    Args:
        identifiers: Kinds and normal forms.
        scopes: Of the tombstones.
#}
{% macro is_suppressed(identifiers, scopes=['erased']) -%}
    {%- set of_scopes -%}
        from privacy.tombstones as stone where stone.scope in ('{{ scopes | join("', '") }}')
    {%- endset -%}
    (
        (select exists(select 1 {{ of_scopes }}))
        and (
            {%- for kind, form in identifiers %}
            coalesce(privacy.digest('{{ kind }}', {{ form }}) in (select stone.digest {{ of_scopes }}), false)
            or
            {%- endfor %}
            (
                (select coalesce(current_setting('hq.privacy_older', true), '') <> '')
                and (
                    {%- for kind, form in identifiers %}
                    privacy.is_tombstone('{{ kind }}', {{ form }}, array['{{ scopes | join("', '") }}'])
                    {{ 'or' if not loop.last }}
                    {%- endfor %}
                )
            )
        )
    )
{%- endmacro %}


{# What models read of a raw table: the rows of nobody who is erased. #}
{% macro received(raw_table) -%}
    {%- set relation = source('raw', raw_table) -%}
    {%- set identifiers = identifiers_of() -%}
    {%- if raw_table in identifiers -%}
        (select r.* from {{ relation }} as r where not {{ is_suppressed(identifiers[raw_table]) }})
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}


{# Hook at the start of a run: people who are erased can be told, or nobody is. #}
{% macro require_privacy_key() -%}
    {%- if execute and flags.WHICH in ('run', 'build', 'retry', 'test', 'seed', 'compile', 'show') -%}
        {%- if not run_query("select to_regprocedure('privacy.key_fault()') is not null")[0][0] -%}
            {{ exceptions.raise_compiler_error(
                'Database ' ~ target.dbname ~ ': the raw schema is older than this release. Run: ingest init'
            ) }}
        {%- endif -%}
        {%- set fault = run_query('select privacy.key_fault()')[0][0] -%}
        {%- if fault -%}
            {{ exceptions.raise_compiler_error(
                'Database ' ~ target.dbname ~ ': ' ~ fault ~ ', and run it as: ingest dbt ...'
            ) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
