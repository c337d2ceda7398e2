"""How long an analyst waits: the answers of schema api over a large warehouse made in SQL.

    python bench/answers.py [PEOPLE]        default 1000000, with a tenth of companies, five
                                            roles each; add --plans to see the plans

Works in a database of its own, made and dropped on the server that the PG variables name, or the
embedded one. Prints a table: the wait of the first call and the best of some more.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

from common import (
    Dbt,
    Scratch,
    circumstances,
    run,
    save,
    scratch_database,
    scratch_folder,
    seconds,
    show,
    tell,
)

from ingest.postgres.connection import Connection

ROUNDS = 5
LEVELS = "array['VP','Director of','Head of','Chief','Manager','Senior','Analyst','Coordinator']"
AREAS = "array['Operations','Sales','Marketing','Finance','Logistics','Design','Legal','People']"
INDUSTRIES = (
    "array['Retail','Software Development','Wholesale','Hospitals','Construction','Banking',"
    "'Food and Beverage Services','Machinery Manufacturing','Higher Education','Insurance']"
)
SIZES = "array['1','2-10','11-50','51-200','201-500','501-1000','1001-5000','5001-10000','10001+']"
COUNTRIES = "array['US','United States','GB','Germany','Canada','FR','India','Brazil','AU','NL']"


class Question(NamedTuple):
    """What is asked, and how long it may take, in milliseconds; None if as long as it takes."""

    text: str
    goal: int | None
    sql: str


QUESTIONS = (
    Question(
        "first page of the leads of a profile",
        1000,
        "select * from api.leads where icp_slug = 'company-1-example' limit 50",
    ),
    Question(
        "all its leads, counted",
        1000,
        "select count(*) from api.leads where icp_slug = 'company-1-example'",
    ),
    Question(
        "past employees of a company",
        20,
        "select * from api.past_employees where company_domain = 'company-5000.example'",
    ),
    Question(
        "past employees of a very large company",
        None,
        "select * from api.past_employees where company_domain = 'company-0.example'",
    ),
    Question(
        "one company by its domain",
        20,
        "select * from api.companies"
        " where domain = reference.normal_domain('WWW.company-9.example')",
    ),
    Question(
        "one person",
        20,
        "select * from api.people where linkedin_url = 'https://www.linkedin.com/in/person-9'",
    ),
    Question(
        "who worked at a customer of a company",
        1000,
        "select * from api.worked_at_customer where origin_domain = 'company-1.example'",
    ),
    Question(
        "why has a company its name",
        20,
        "select * from api.provenance"
        " where entity = 'company' and entity_key = 'company-9.example'",
    ),
    Question(
        "targets of a profile with the most leads",
        1000,
        "select * from api.target_accounts where icp_slug = 'company-1-example'"
        " order by leads desc limit 50",
    ),
    Question(
        "why is a company no target",
        20,
        "select * from api.icp_match where icp_slug = 'company-1-example'"
        " and company_domain = 'company-9.example'",
    ),
    Question(
        "criteria of some companies and profiles",
        20,
        "select * from api.icp_match limit 100",
    ),
    Question(
        "what may be one and the same",
        1000,
        "select * from api.duplicates limit 50",
    ),
    Question(
        "status of all workflows",
        1000,
        "select * from api.status",
    ),
    Question(
        "an account list",
        1000,
        "select * from api.companies where industry ilike '%retail%' and size_bucket = '51-200'"
        " and country = 'United States' order by domain limit 50",
    ),
)


def fill(conn: Connection, people: int) -> None:
    """Rows as the models would have made them; a few companies are much larger than most."""
    companies = people // 10
    for statement in (
        f"""
        create temp table company as
        select n, 'company-' || n || '.example' as domain, 'Company ' || n || ' Ltd' as name
        from generate_series(0, {companies - 1}) as n""",
        # squared, so that small numbers come often
        f"""
        create temp table role as
        select
            p, o, floor({companies} * r ^ 3)::integer as c,
            ({LEVELS})[1 + (p * 7 + o * 3) % 8] || ' ' || ({AREAS})[1 + (p / 8 + o) % 8] as title,
            r2 < 1.0 / 6 as nameless
        from generate_series(1, {people}) as p, generate_series(0, 4) as o,
            lateral (select random() as r, random() as r2 where p + o > 0) as chance""",
        """
        insert into core.companies
        select
            reference.entity_id('core.companies', domain), domain, name,
            'https://www.linkedin.com/company/company-' || n, now(), now(),
            'firmographics', gen_random_uuid(), now(),
            'firmographics', gen_random_uuid(), now(),
            lower(name), 'company ' || n, pg_current_xact_id()
        from company""",
        f"""
        insert into extracted.company_firmographics
        select
            gen_random_uuid(), gen_random_uuid(), domain, null, null, null, null, name,
            repeat('What this company says of itself. ', 20), 'https://' || domain, null,
            'Privately Held', ({INDUSTRIES})[1 + n % 10], 1950 + n % 70,
            ({SIZES})[1 + n / 10 % 9], 10 + n % 900, n % 5000, ({COUNTRIES})[1 + n / 90 % 10],
            'Austin, Texas', null, null, null, now(), now(), now(), now(), null,
            pg_current_xact_id()
        from company""",
        f"""
        insert into core.people
        select
            reference.entity_id('core.people', u), u, 'person-' || p, 'Sample ' || p, now(), now(),
            'profile', gen_random_uuid(), now(), pg_current_xact_id()
        from generate_series(1, {people}) as p,
            lateral (select 'https://www.linkedin.com/in/person-' || p as u) as url""",
        """
        insert into extracted.person_experience
        select
            gen_random_uuid(), gen_random_uuid(), 'https://www.linkedin.com/in/person-' || p,
            'Company ' || c || ' Ltd',
            case when not nameless then 'company-' || c || '.example' end,
            null, null, title, repeat('Did this and that. ', 8), 'Austin, Texas',
            date '2024-01-01' - o * 1000,
            case when o > 0 then date '2024-01-01' - o * 1000 + 900 end,
            o = 0, o, now(), null, pg_current_xact_id()
        from role""",
        """
        insert into core.person_positions
        select
            gen_random_uuid(), 'https://www.linkedin.com/in/person-' || p, title,
            (array['VP','Director','Head','C-Suite','Manager','Senior','Entry'])[1 + p % 7],
            'Company ' || c, 'company-' || c || '.example', date '2024-01-01', null,
            p % 20 > 0, 'profile', gen_random_uuid(), now(), reference.title_words(title),
            pg_current_xact_id()
        from role where o = 0""",
        # the first company asks for leads and has many customers; many others have some
        f"""
        insert into reference.company_customers
        select gen_random_uuid(), o.domain, c.domain, c.name, 'manual', null, now(),
            pg_current_xact_id()
        from company as o
        inner join company as c
            on
                c.n <> o.n
                and c.n % ({companies} / case when o.n = 1 then 200 else 20 end) = o.n % 97
        where o.n <= 2000""",
        """
        insert into reference.customer_claims
        select gen_random_uuid(), source, domain, customer_name, customer_domain, customer_domain,
            null, '{}', null, now(), true, pg_current_xact_id()
        from reference.company_customers""",
        """
        insert into reference.company_icp
        select
            gen_random_uuid(), domain, replace(domain, '.', '-'),
            '{"industries": ["Retail", "Wholesale"], "countries": ["United States", "Canada"],
              "size_buckets": ["51-200", "201-500", "501-1000"], "employee_count_min": 50}'::jsonb,
            '{"title_contains_any": ["VP", "Director", "Head of", "Chief"],
              "title_contains_all": ["Operations", "Logistics"]}'::jsonb,
            null, now(), now(), null, pg_current_xact_id()
        from company where n between 1 and 50""",
        # what the model makes of these
        """
        insert into reference.icp_criteria
        select
            id, domain, slug, null, array['51-200', '201-500', '501-1000'], 50, null,
            array['Canada', 'United States'], null, null, null, null, null,
            array['%retail%', '%wholesale%'],
            array['% vp %', '% director %', '% head of %', '% chief %'],
            array['% operations %', '% logistics %'], pg_current_xact_id()
        from reference.company_icp where domain like 'company-%'""",
    ):
        conn.execute(statement.encode())
    conn.commit()
    run(conn, "vacuum analyze")


def ask(conn: Connection, question: Question, *, plans: bool) -> tuple[int, float, float]:
    """Rows, milliseconds of the first call, and of the best of the next."""
    rows = 0

    def once() -> None:
        nonlocal rows
        rows = len(conn.execute(question.sql.encode()).fetchall())

    first = seconds(once)
    best = min(seconds(once) for _ in range(ROUNDS))
    if plans:
        words = b"explain (analyze, buffers, costs off) " + question.sql.encode()
        lines = "\n".join(row[0] for row in conn.execute(words))
        sys.stdout.write(f"\n-- {question.text}\n{lines}\n")
    return rows, first * 1000, best * 1000


def measure(scratch: Scratch, dbt: Dbt, people: int, *, plans: bool) -> dict[str, Any]:
    """Make the warehouse and ask."""
    tell("answers: the warehouse is made")
    dbt("build", "--exclude", "test_type:data", "test_type:unit")
    fill(scratch.conn, people)
    tell("answers: questions")
    found = {}
    for question in QUESTIONS:
        rows, first, best = ask(scratch.conn, question, plans=plans)
        found[question.text] = {
            "rows": rows,
            "first_ms": first,
            "best_ms": best,
            "goal_ms": question.goal,
        }
    return {**circumstances(scratch.conn), "people": people, "questions": found}


def print_figures(figures: dict[str, Any]) -> None:
    """Print the table."""
    people = figures["people"]
    show(
        f"{people // 10:,} companies, {people:,} people, {people * 5:,} roles",
        ("question", "rows", "first ms", "best ms", "goal ms"),
        [
            (
                text,
                f"{found['rows']:,}",
                f"{found['first_ms']:.0f}",
                f"{found['best_ms']:.1f}",
                f"{found['goal_ms']:,}" if found["goal_ms"] else "",
            )
            for text, found in figures["questions"].items()
        ],
    )


def main(people: int, *, plans: bool) -> None:
    """Measure, keep, print."""
    with scratch_folder() as folder, scratch_database("answers") as scratch:
        dbt = Dbt(scratch.environment, folder)
        figures = measure(scratch, dbt, people, plans=plans)
    save("answers", figures)
    print_figures(figures)


if __name__ == "__main__":
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    main(int(numbers[0]) if numbers else 1_000_000, plans="--plans" in sys.argv)
