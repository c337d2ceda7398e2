"""How long an analyst or a program waits: the answers of schema api over a large warehouse.

    python bench/answers.py [PEOPLE]        default 1000000, with a tenth of companies, five
                                            roles a profile; add --plans to see the plans

Works in a database of its own, made and dropped on the server that the PG variables name, or the
embedded one: rows of raw made in SQL, the models built, which takes 10 minutes. Prints a table: the
wait of the first call and the best of some more.
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
from warehouse import fill

from ingest.postgres.connection import Connection

ROUNDS = 5


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
        "first page of all contacts",
        100,
        "select * from api.contacts order by linkedin_url, raw_payload_id limit 100",
    ),
    Question(
        "a page of people, in the middle",
        100,
        "select * from api.people where linkedin_url > 'https://www.linkedin.com/in/person-5'"
        " order by linkedin_url limit 100",
    ),
    Question(
        "the companies of all portfolios",
        1000,
        "select * from api.vc_portfolio order by company_domain, raw_payload_id limit 100",
    ),
    Question(
        "what is known, by source",
        None,
        "select * from api.coverage",
    ),
    Question(
        "an account list",
        1000,
        "select * from api.companies where industry ilike '%retail%' and size_bucket = '51-200'"
        " and country = 'United States' order by domain limit 50",
    ),
)


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
    fill(scratch.conn, people)
    tell("answers: the models are built")
    dbt("build", "--exclude", "test_type:data", "test_type:unit")
    run(scratch.conn, "vacuum analyze")
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
        f"{people // 10:,} companies, {people:,} people, {people * 4:,} roles",
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
