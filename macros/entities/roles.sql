{#
    List of queries: all roles at a company that is known, each once. One query for either table of roles and
    either way from the domain that is stated to the company's: it is the company's own, or an alias. Each is
    read along an index by company and person, as a join over all of it cannot be.
    Columns: id, linkedin_url, company_domain, title, started_on, ended_on, is_current, experience_order and
    source, as in api.roles.
#}
{% macro roles_at_companies() -%}
    {%- set queries = [] -%}
    {%- for table, source in [('person_experience', "'profile'"), ('provider_roles', 'x.source')] -%}
        {#- of aliases there are few: no index has this order, or they would be waited for along all roles -#}
        {%- for way, domain, person in [
            ('companies', 'x.company_domain', 'x.linkedin_url'),
            ('company_aliases', 'd.canonical_domain', "x.linkedin_url || ''"),
        ] -%}
            {%- set query %}
            select
                x.id,
                {{ person }} as linkedin_url,
                {{ domain }} as company_domain,
                x.title,
                x.start_date as started_on,
                x.end_date as ended_on,
                {{ is_current_role('x') }} as is_current,
                x.experience_order,
                {{ source }} as source
            from {{ ref(table) }} as x
            inner join {{ ref(way) }} as d on x.company_domain = d.domain
            {%- endset -%}
            {%- do queries.append(query) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}


{# Where nothing says whether a role is current, its end does. #}
{% macro is_current_role(role) -%}
    coalesce({{ role }}.is_current, {{ role }}.end_date is null)
{%- endmacro %}


{#
    SQL condition over an alias of roles: it is over, and nothing else says that the person is there. Who
    states the career may name the current role outside of it, and another source a newer one at the same company.
#}
{% macro was_left(role) -%}
    not {{ role }}.is_current
                and not exists (
                    select 1 from {{ ref('person_positions') }} as now
                    where
                        now.linkedin_url = {{ role }}.linkedin_url
                        and now.company_domain = {{ role }}.company_domain
                        and (
                            now.source = {{ role }}.source
                            or now.started_on >= coalesce({{ role }}.ended_on, {{ role }}.started_on)
                        )
                        and coalesce(now.is_current, true)
                )
{%- endmacro %}


{# SQL for the place of a role among those of one person at one company; the one held last is the greatest. #}
{% macro place_in_career(role) -%}
    (
        coalesce({{ role }}.ended_on, '-infinity'),
        coalesce({{ role }}.started_on, '-infinity'),
        -{{ role }}.experience_order
    )
{%- endmacro %}


{#
    Query for the last role that a person held at a customer of a company: what api.worked_at_customer says, in
    a form for one person at a time. There each query is in the order of a page, and planning them takes longer
    than the answer. Always one row, of an aggregate, so that the planner leaves the query out where a left join
    of it is not asked for a column. Columns: is_known, name, domain; name and domain of the customer.
#}
{% macro last_customer(origin, person) -%}
    select
                count(*) > 0 as is_known,
                max(customer_name) as name,
                max(customer_domain) as domain
            from (
                select
                    w.customer_name,
                    w.customer_domain
                from (
                    {%- for table in ['person_experience', 'provider_roles'] %}
                    select
                        x.company,
                        x.company_domain,
                        x.start_date,
                        x.end_date,
                        x.experience_order
                    from {{ ref(table) }} as x
                    where x.linkedin_url = {{ person }} and not {{ is_current_role('x') }}
                    {{ 'union all' if not loop.last }}
                    {%- endfor %}
                ) as r
                left join {{ ref('company_aliases') }} as a on r.company_domain = a.domain
                cross join
                    lateral (
                        select
                            k.customer_domain,
                            k.customer_name
                        from {{ ref('company_customers') }} as k
                        where
                            k.domain = {{ origin }}
                            and k.customer_domain = coalesce(a.canonical_domain, r.company_domain)
                            and exists (
                                select 1 from {{ ref('companies') }} as c
                                where k.customer_domain = c.domain
                            )

                        union all

                        -- a role without a domain is known by the customer's very name
                        select
                            n.customer_domain,
                            n.customer_name
                        from {{ ref('customer_claims') }} as n
                        where
                            n.domain = {{ origin }}
                            and n.customer_name = r.company
                            and n._speaks_for_name
                            and r.company_domain is null
                    ) as w
                order by
                    r.end_date desc nulls last,
                    r.start_date desc nulls last,
                    r.experience_order,
                    {{ by_code_points('w.customer_name') }},
                    {{ by_code_points('w.customer_domain') }}
                limit 1
            ) as u
{%- endmacro %}


{#
    SQL condition: one company is a customer of another. Not by exists, for which the planner would read all
    customers at once, although a page asks for a hundred.
#}
{% macro is_customer_of(origin, customer) -%}
    coalesce(
        (
            select true
            from {{ ref('company_customers') }} as k
            where {{ origin }} = k.domain and {{ customer }} = k.customer_domain
            limit 1
        ),
        false
    )
{%- endmacro %}
