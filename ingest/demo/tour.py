"""What the demo shows of the warehouse it has built, and the questions it invites to ask.

The queries are about the companies of ``examples/``; ``examples/README.md`` tells their story.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from ingest.postgres.connection import Connection

Rows = list[dict[str, Any]]

_SHOWN = 8  # rows of a list that is shown in part

_QUERIES = {
    "counts": """
        select
            (select count(*) from core.companies) as companies,
            (select count(*) from core.people) as people,
            (select count(*) from extracted.extraction_issues) as issues,
            (select count(*) from reference.company_customers) as customers
    """,
    "issues": """
        select raw_table, field, value, reason
        from extracted.extraction_issues
        order by
            row_number() over (partition by raw_table order by field, value),
            raw_table
        limit %(shown)s
    """,
    "companies": """
        select
            a.domain,
            a.name,
            c._name_source as name_source,
            a.industry,
            a.size_bucket as size
        from api.companies as a
        inner join core.companies as c on a.id = c.id
        order by row_number() over (partition by c._name_source order by c.domain), c.domain
        limit %(shown)s
    """,
    "people": """
        select full_name, title, company_name, linkedin_url
        from api.people
        order by full_name, linkedin_url
        limit %(shown)s
    """,
    # three payloads under three spellings; the newest stands first in its file
    "contenders": """
        select
            f.company_domain as domain,
            r.company_domain as received_as,
            r.raw_payload ->> 'name' as name,
            reference.as_timestamptz(r.raw_payload ->> 'last_refresh') as last_refresh,
            r.id = f.raw_payload_id as won
        from extracted.company_firmographics as f
        inner join raw.company_payloads as r
            on f.company_domain = reference.normal_domain(r.company_domain)
        where f.company_domain = 'acme-widgets.example'
        order by won desc, last_refresh desc nulls last, r.id
    """,
    "customers": """
        select domain, customer_name, customer_domain, source
        from reference.company_customers
        where domain = 'northwind-tools.example'
        order by customer_name, customer_domain
    """,
    "icp": """
        select domain, company_criteria, person_criteria
        from reference.company_icp
        where domain = 'northwind-tools.example'
    """,
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query to paste: no double quotes, backslashes or dollar signs in it."""

    text: str
    sql: str


QUESTIONS = (
    Question(
        "Who in the target market of Northwind Tools used to work at a customer of theirs?",
        """\
select full_name, title, company_name, worked_at_customer_name
from api.leads
where icp_domain = 'northwind-tools.example' and worked_at_customer""",
    ),
    Question(
        "Who left Acme Widgets, and when?",
        """\
select full_name, last_title, left_on
from api.past_employees
where company_domain = 'acme-widgets.example'""",
    ),
    Question(
        "Why has Acme Widgets this name, and what else is said?",
        """\
select value, is_chosen, source, provider, received_at, said_of
from api.evidence
where entity_key = 'acme-widgets.example' and attribute = 'name'
order by rank, received_at""",
    ),
    Question(
        "What could not be used, and why?",
        """\
select raw_table, field, left(value, 40) as value, reason, raw_payload_id
from extracted.extraction_issues
order by raw_table, field""",
    ),
)


def tour(conn: Connection) -> dict[str, Rows]:
    """Ask the warehouse what is shown.

    Args:
        conn: A connection outside any transaction, to a warehouse that has been built.

    Returns:
        Rows by subject: ``counts`` (one row), ``issues``, ``companies``, ``people`` (some of
        each), ``contenders`` (all payloads of one company, the winner first), ``customers``
        and ``icp`` (of one company).
    """
    found = {}
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        for subject, query in _QUERIES.items():
            found[subject] = cursor.execute(query.encode(), {"shown": _SHOWN}).fetchall()
    return found
