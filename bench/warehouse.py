"""A large invented warehouse: what files would have brought, as rows of raw, made in SQL.

A few companies are much larger than most. Each statement is a delivery of its own, and some say
again, or otherwise, what one before them said.
"""

from __future__ import annotations

from common import run, tell

from ingest.postgres.connection import Connection

_PAYLOAD = "workflow_slug, provider, platform, payload_type, raw_payload"

# Choices that another run makes again. Every 500th person is a twin of the one before.
_FUNCTIONS = (
    """
    create function pg_temp.employer(person integer, role integer, companies integer)
    returns integer language sql immutable return
    floor(companies * power((hashint4((person - (person % 500 = 0)::integer) * 5 + role) & 16777215)
        / 16777216.0, 3))""",
    """
    create function pg_temp.title(person integer, role integer)
    returns text language sql immutable return
    (array['VP','Director of','Head of','Chief','Manager','Senior','Analyst','Coordinator'])
        [1 + (person * 7 + role * 3) % 8] || ' ' ||
    (array['Operations','Sales','Marketing','Finance','Logistics','Design','Legal','People'])
        [1 + (person / 8 + role) % 8]""",
    """
    create function pg_temp.industry(n integer)
    returns text language sql immutable return
    (array['Retail','Software Development','Wholesale','Hospitals','Construction','Banking',
        'Food and Beverage Services','Machinery Manufacturing','Higher Education','Insurance']
    )[1 + n % 10]""",
    """
    create function pg_temp.size(n integer)
    returns text language sql immutable return
    (array['1','2-10','11-50','51-200','201-500','501-1000','1001-5000','5001-10000','10001+']
    )[1 + n / 10 % 9]""",
    """
    create function pg_temp.country(n integer)
    returns text language sql immutable return
    (array['US','United States','GB','Germany','Canada','FR','India','Brazil','AU','NL']
    )[1 + n / 90 % 10]""",
    # every thousandth bears the name of the one before, every thousandth shows its page
    """
    create function pg_temp.company_name(n integer)
    returns text language sql immutable return
    'Company ' || n - (n % 1000 = 500)::integer || ' Ltd'""",
    """
    create function pg_temp.company_page(n integer)
    returns text language sql immutable return
    'https://www.linkedin.com/company/company-' || n - (n % 1000 = 600)::integer""",
)

_FIRMOGRAPHICS = f"""
    insert into raw.company_payloads (company_domain, {_PAYLOAD})
    select
        'company-' || n || '.example', 'clay-company-firmographics', 'clay', 'clay',
        'firmographics', jsonb_build_object(
            'name', pg_temp.company_name(n), 'url', pg_temp.company_page(n),
            'website', 'https://company-' || n || '.example', 'industry', pg_temp.industry(n),
            'description', repeat('What this company says of itself. ', 20),
            'type', 'Privately Held', 'founded', 1950 + n % 70, 'size', pg_temp.size(n),
            'specialties', jsonb_build_array('Shops', 'Stores ' || n % 50),
            'employee_count', {{headcount}}, 'follower_count', n % 5000,
            'country', pg_temp.country(n), 'locality', 'Austin, Texas',
            'last_refresh', '{{refresh}}'
        )
    from generate_series(0, {{companies}} - 1) as n
    where {{which}}"""

# name: (statement, what it is called with); {people} and {companies} are how many there are
_DELIVERIES: dict[str, str] = {
    "firmographics": _FIRMOGRAPHICS.format(
        headcount="10 + n % 900", refresh="2026-01-01", companies="{companies}", which="n % 10 < 8"
    ),
    "firmographics of a tenth, again": _FIRMOGRAPHICS.format(
        headcount="20 + n % 900", refresh="2026-06-01", companies="{companies}", which="n % 10 = 3"
    ),
    "discovery": f"""
        insert into raw.company_discovery (company_domain, {_PAYLOAD})
        select
            'company-' || n || '.example', 'clay-find-companies', 'clay', 'clay',
            'discovery', jsonb_build_object(
                'name', 'Company ' || n, 'linkedin_url', pg_temp.company_page(n),
                'industry', pg_temp.industry(n + (n % 20 = 5)::integer),
                'size', pg_temp.size(n), 'country', pg_temp.country(n), 'location', 'Austin',
                'annual_revenue', '10M-25M', 'last_refresh', '2026-02-01'
            )
        from generate_series(0, {{companies}} - 1) as n
        where n % 10 in (1, 3, 5, 7, 8)""",
    # some of them live below another's domain
    "portfolios": """
        with firms as (
            insert into raw.vc_firms (name, domain)
            select 'Firm ' || f || ' Capital', 'firm-' || f || '.example'
            from generate_series(0, 499) as f
            returning id, split_part(domain, '.', 1) as slug
        )
        insert into raw.vc_portfolio_companies
        (upload_id, vc_firm_id, company_name, website_domain, linkedin_url, status, employee_count,
            country, city, founded_date)
        select
            (select id from raw.loads limit 1), f.id, pg_temp.company_name(n),
            case when n % 200 = 0 then 'shop.' else '' end || 'company-' || n || '.example',
            pg_temp.company_page(n), 'Active', (10 + n % 900)::text, 'United States', 'Boston',
            (1950 + n % 70)::text
        from generate_series(0, {companies} - 1, 2) as n
        inner join firms as f on f.slug = 'firm-' || n / 2 % 500""",
    "Crunchbase's portfolios": """
        insert into raw.vc_crunchbase_portfolios
        (vc_name, vc_domain, website, name, operating_status, number_employees, country, city)
        select
            'Firm ' || n % 500 || ' Capital', 'firm-' || n % 500 || '.example',
            'https://company-' || n || '.example/', 'Company ' || n, 'Active', '101-250',
            'United States', 'Boston'
        from generate_series(0, {companies} - 1, 5) as n""",
    # the first two thousand have customers, one of them many
    "customers": """
        insert into raw.manual_company_customers
        (origin_company_domain, origin_company_name, company_customer_name,
            company_customer_domain)
        select
            'company-' || o || '.example', pg_temp.company_name(o), pg_temp.company_name(c),
            'company-' || c || '.example'
        from generate_series(1, 2000) as o
        cross join generate_series(0, case when o = 1 then 199 else 19 end) as k
        cross join lateral (select (o * 31 + k * 97) % {companies} as c) as customer""",
    "case studies": f"""
        insert into raw.case_study_extraction_payloads
        (case_study_url, origin_company_domain, origin_company_name, company_customer_name,
            has_case_study_url, {_PAYLOAD})
        select
            'https://company-' || o || '.example/stories/' || n, 'company-' || o || '.example',
            pg_temp.company_name(o), pg_temp.company_name(c), true,
            'gemini-extract-case-study-details', 'google', 'gemini', 'case_study_extraction',
            jsonb_build_object(
                'article_title', 'How they did it',
                'customer_company_domain', 'company-' || c || '.example', 'confidence', 'high',
                'champions', jsonb_build_array(jsonb_build_object(
                    'full_name', 'Sample ' || n * 7, 'job_title', pg_temp.title(n * 7, 0),
                    'company_name', pg_temp.company_name(c)
                ))
            )
        from generate_series(1, {{companies}} / 20) as n
        cross join
            lateral (
                select 1 + n % 2000 as o, pg_temp.employer(n * 7, 0, {{companies}}) as c
            ) as sides""",
    "ICPs": f"""
        insert into raw.icp_payloads (domain, {_PAYLOAD})
        select
            'company-' || n || '.example', 'ai-generate-target-client-icp', 'openai', 'openai',
            'icp_criteria', '{{{{"company_criteria":
                {{{{"industries": ["Retail", "Wholesale"], "countries": ["United States", "Canada"],
                "size_buckets": ["51-200", "201-500", "501-1000"], "employee_count_min": 50}}}},
                "person_criteria":
                {{{{"title_contains_any": ["VP", "Director", "Head of", "Chief"],
                "title_contains_all": ["Operations", "Logistics"]}}}}}}}}'::jsonb
        from generate_series(1, 50) as n""",
    "profiles": f"""
        insert into raw.person_payloads (linkedin_url, {_PAYLOAD})
        select
            'https://www.linkedin.com/in/person-' || p, 'clay-person-profile', 'clay', 'clay',
            'profile', jsonb_build_object(
                'url', 'https://www.linkedin.com/in/person-' || p,
                'name', 'Sample ' || p - (p % 500 = 0)::integer, 'first_name', 'Sample',
                'last_name', p::text, 'headline', pg_temp.title(p, 0),
                'location_name', 'Austin, Texas', 'country', 'United States',
                'connections', p % 500, 'last_refresh', '2026-01-01', 'education',
                jsonb_build_array(jsonb_build_object(
                    'school_name', 'School ' || p % 300, 'degree', 'BSc', 'end_date', '2009'
                )),
                'experience', (
                    select jsonb_agg(jsonb_build_object(
                        'title', pg_temp.title(p, o), 'company', pg_temp.company_name(c),
                        -- a sixth of the roles has a name only
                        'company_domain',
                        case when (p + o) % 6 > 0 then 'company-' || c || '.example' end,
                        'start_date', 2024 - 3 * o || '-05-01',
                        'end_date', case when o > 0 then 2026 - 3 * o || '-10-01' end,
                        'is_current', o = 0
                    ) order by o)
                    from generate_series(0, 4) as o
                    cross join
                        lateral (select pg_temp.employer(p, o, {{companies}}) as c) as e
                )
            )
        from generate_series(1, {{people}} * 8 / 10) as p""",
    # some are in profiles as well and have moved since
    "people found": f"""
        insert into raw.person_discovery (linkedin_url, {_PAYLOAD})
        select
            'https://www.linkedin.com/in/person-' || p, 'clay-find-people', 'clay', 'clay',
            'discovery', jsonb_build_object(
                'name', 'Sample ' || p, 'domain', 'company-' || c || '.example',
                'location_name', 'Boston', 'latest_experience_title', pg_temp.title(p, 1),
                'latest_experience_company', pg_temp.company_name(c),
                'latest_experience_start_date', '2026-03-01', 'last_refresh', '2026-06-01'
            )
        from generate_series({{people}} * 7 / 10, {{people}} * 9 / 10) as p
        cross join lateral (select pg_temp.employer(p, 6, {{companies}}) as c) as e""",
    "an export of contacts": """
        insert into raw.salesnav_scrapes
        (upload_id, export_timestamp, first_name, last_name, email, phone_number,
            profile_headline, job_title, linkedin_url_user_profile, location, company,
            company_website, linkedin_url_company, company_headcount, company_industries)
        select
            (select id from raw.loads limit 1), now() - interval '1 day', 'Sample', p::text,
            'person-' || p || '@company-' || c || '.example',
            case when p % 3 = 0 then '+1 555 01' || lpad((p % 100)::text, 2, '0') end,
            pg_temp.title(p, 0), pg_temp.title(p, 0),
            'https://www.linkedin.com/in/person-' || p, 'Austin, Texas', pg_temp.company_name(c),
            'https://www.company-' || c || '.example/', pg_temp.company_page(c),
            (10 + c % 900)::text, pg_temp.industry(c)
        from generate_series({people} * 85 / 100, {people}) as p
        cross join lateral (select pg_temp.employer(p, 0, {companies}) as c) as e""",
}


def fill(conn: Connection, people: int) -> None:
    """Rows of raw about so many people and a tenth of companies, a profile having five roles."""
    run(
        conn,
        "insert into raw.loads (file_name, file_sha256, bytes, records, landed, rejected,"
        " tool_version) values ('invented', '', 0, 0, 0, 0, '')",
    )
    for function in _FUNCTIONS:
        run(conn, function)
    for name, statement in _DELIVERIES.items():
        tell(f"warehouse: {name}")
        run(conn, statement.format(people=people, companies=people // 10))
    run(conn, "vacuum analyze")
