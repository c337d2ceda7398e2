"""Core over many companies: eight sources, all at once, everything again, and a hundredth changed.

    python bench/core.py [COMPANIES]        default 1000000, which takes 20 minutes

Rows go into raw by SQL; company n is named by 1 + n % 8 of the sources. The models before core are
built first and not counted. Beside the chosen rows stands one pass of SQL over the same
observations that takes the newest of each.
"""

from __future__ import annotations

import sys
from typing import Any

from common import (
    Dbt,
    DbtRun,
    Scratch,
    circumstances,
    one,
    run,
    save,
    scratch_database,
    scratch_folder,
    show,
    tell,
)
from transforming import created

from ingest.postgres.connection import Connection

_COLUMNS = "workflow_slug, provider, platform, payload_type, raw_payload"

# What a source says; {which} chooses companies by n, {version} is 1, then 2 where it says it again.
# The later in the list, the fewer companies it names.
SOURCES = {
    # every person has worked for three companies, and each company has had somebody
    "profiles": f"""
        insert into raw.person_payloads (linkedin_url, {_COLUMNS})
        select
            'https://www.linkedin.com/in/person-' || p, 'clay-person-profile', 'clay', 'clay',
            'profile', jsonb_build_object(
                'url', 'https://www.linkedin.com/in/person-' || p, 'name', 'Sample ' || p,
                'headline', 'Buyer, {{version}}', 'last_refresh', '2026-0{{version}}-01T00:00:00',
                'experience', (
                    select jsonb_agg(jsonb_build_object(
                        'title', 'Buyer', 'company', 'Company ' || c || ' v{{version}}',
                        'company_domain', 'company-' || c || '.example',
                        'url', 'https://www.linkedin.com/company/company-' || c,
                        'start_date', 2024 - 3 * o || '-05-01', 'is_current', o = 0
                    ) order by o)
                    from (values (0, 2 * p), (1, 2 * p + 1), (2, p * 7 % {{companies}})) as r (o, c)
                )
            )
        from generate_series({{first}} / 2, {{last}} / 2) as p""",
    "firmographics": f"""
        insert into raw.company_payloads (company_domain, {_COLUMNS})
        select
            'company-' || n || '.example', 'clay-company-firmographics', 'clay', 'clay',
            'firmographics', jsonb_build_object(
                'name', 'Company ' || n || ' v{{version}}', 'industry', 'Retail', 'founded', 1990,
                'url', 'https://www.linkedin.com/company/company-' || n,
                'website', 'https://company-' || n || '.example', 'size', '51-200',
                'description', repeat('What it says of itself. ', 5), 'country', 'US',
                'employee_count', n % 900, 'last_refresh', '2026-0{{version}}-01T00:00:00'
            )
        from generate_series({{first}}, {{last}}) as n where n % 8 >= 1""",
    "discovery": f"""
        insert into raw.company_discovery (company_domain, {_COLUMNS})
        select
            'company-' || n || '.example', 'clay-find-companies', 'clay', 'clay',
            'discovery', jsonb_build_object(
                'name', 'Company ' || n || ' Ltd v{{version}}', 'industry', 'Retail',
                'linkedin_url', 'https://www.linkedin.com/company/company-' || n,
                'size', '51-200', 'last_refresh', '2026-0{{version}}-01T00:00:00'
            )
        from generate_series({{first}}, {{last}}) as n where n % 8 >= 2""",
    "people_discovery": f"""
        insert into raw.person_discovery (linkedin_url, {_COLUMNS})
        select
            'https://www.linkedin.com/in/found-' || n, 'clay-find-people', 'clay', 'clay',
            'discovery', jsonb_build_object(
                'name', 'Sample ' || n, 'domain', 'company-' || n || '.example',
                'latest_experience_title', 'Buyer',
                'latest_experience_company', 'Company ' || n || ' v{{version}}',
                'last_refresh', '2026-0{{version}}-01T00:00:00'
            )
        from generate_series({{first}}, {{last}}) as n where n % 8 >= 3""",
    "salesnav": """
        insert into raw.salesnav_scrapes
        (upload_id, first_name, last_name, job_title, linkedin_url_user_profile, company,
            company_website, linkedin_url_company)
        select
            (select id from raw.loads limit 1), 'Lead', n::text, 'Buyer',
            'https://www.linkedin.com/in/lead-' || n, 'Company ' || n || ' v{version}',
            'https://www.company-' || n || '.example/',
            'https://www.linkedin.com/company/company-' || n
        from generate_series({first}, {last}) as n where n % 8 >= 4""",
    "vc_portfolios": """
        insert into raw.vc_portfolio_companies
        (upload_id, vc_firm_id, company_name, website_domain, linkedin_url)
        select
            (select id from raw.loads limit 1), gen_random_uuid(),
            'Company ' || n || ' v{version}', 'company-' || n || '.example',
            'https://www.linkedin.com/company/company-' || n
        from generate_series({first}, {last}) as n where n % 8 >= 5""",
    "case_studies": f"""
        insert into raw.case_study_extraction_payloads
        (case_study_url, origin_company_domain, origin_company_name, company_customer_name,
            has_case_study_url, {_COLUMNS})
        select
            'https://vendor-' || n % 1000 || '.example/stories/' || n,
            'vendor-' || n % 1000 || '.example', 'Vendor ' || n % 1000,
            'Company ' || n || ' v{{version}}', true,
            'gemini-extract-case-study-details', 'google', 'gemini', 'case_study_extraction',
            jsonb_build_object(
                'article_title', 'How they did it',
                'customer_company_domain', 'company-' || n || '.example', 'confidence', 'high',
                'last_refresh', '2026-0{{version}}-01T00:00:00'
            )
        from generate_series({{first}}, {{last}}) as n where n % 8 >= 6""",
    "manual_customers": """
        insert into raw.manual_company_customers
        (origin_company_domain, origin_company_name, company_customer_name,
            company_customer_domain)
        select
            'vendor-' || n % 1000 || '.example', 'Vendor ' || n % 1000,
            'Company ' || n || ' v{version}', 'company-' || n || '.example'
        from generate_series({first}, {last}) as n where n % 8 >= 7""",
}

# the newest observation of each, as one would write it without rankings, nulls and aliases
FLOOR = {
    "companies": """
        select distinct on (domain) *
        from core.company_observations
        order by domain, refreshed_at desc nulls last, received_at desc, raw_payload_id desc""",
    "people": """
        select distinct on (linkedin_url) *
        from core.person_observations
        order by linkedin_url, refreshed_at desc nulls last, received_at desc""",
}

FIRST, AGAIN, CHANGED = "first build", "--full-refresh", "1 % changed"
Figures = dict[str, Any]


def measure(scratch: Scratch, dbt: Dbt, companies: int) -> Figures:
    """Seconds of each model of core in each kind of run, and of the floors."""
    conn = scratch.conn
    run(
        conn,
        "insert into raw.loads (file_name, file_sha256, bytes, records, landed, rejected,"
        " tool_version) values ('invented', '', 0, 0, 0, 0, '')",
    )
    _say(conn, 0, companies - 1, companies, version=1)
    tell("core: the models before it")
    before = dbt(
        "build", "--exclude", "core", "core+", "test_type:data", "test_type:unit", "api"
    ).wall
    run(conn, "vacuum analyze")
    timings = {FIRST: _core(conn, dbt)}
    timings[AGAIN] = _core(conn, dbt, "--full-refresh")
    run(conn, "create schema floor")
    floors = {
        model: min(created(conn, model, query) for _ in "12") for model, query in FLOOR.items()
    }
    _say(conn, 0, companies // 100 - 1, companies, version=2)
    dbt("run", "-s", "extracted")
    timings[CHANGED] = _core(conn, dbt)
    return {
        **circumstances(conn),
        "companies": companies,
        "before": before,
        "timings": {step: {"wall": made.wall, **made.models()} for step, made in timings.items()},
        "floor": floors,
        "rows": {
            table: one(conn, f"select count(*) from core.{table}")
            for table in timings[FIRST].models()
        },
    }


def _say(conn: Connection, first: int, last: int, companies: int, version: int) -> None:
    """Every source names the companies from the first to the last number."""
    for source, statement in SOURCES.items():
        tell(f"core: {source}")
        run(
            conn,
            statement.format(first=first, last=last, companies=companies, version=version),
        )
    run(conn, "vacuum analyze")


def _core(conn: Connection, dbt: Dbt, *options: str) -> DbtRun:
    tell(f"core: run {' '.join(options)}")
    run(conn, "checkpoint")
    return dbt("run", "--threads", "1", "-s", "core", *options)


def print_figures(figures: Figures) -> None:
    """Print the table."""
    timings, floor = figures["timings"], figures["floor"]

    def cell(step: str, model: str) -> str:
        spent = timings[step][model]
        return f"{spent:.1f}" + (f" ({spent / floor[model]:.1f})" if model in floor else "")

    rows = [
        (
            model,
            f"{figures['rows'][model]:,}",
            f"{floor[model]:.1f}" if model in floor else "",
            *(cell(step, model) for step in timings),
        )
        for model in figures["rows"]
    ]
    walls = [f"{found['wall']:.1f}" for found in timings.values()]
    show(
        f"core, seconds (times the floor); {figures['companies']:,} companies, eight sources",
        ("model", "rows", "floor", *timings),
        [*rows, ("all, dbt's start included", "", "", *walls)],
        f"The models before core took {figures['before']:.0f} s.",
    )


def main(companies: int) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("core") as scratch:
        figures = measure(scratch, Dbt(scratch.environment, folder), companies)
    save("core", figures)
    print_figures(figures)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
