"""What the demo shows of the warehouse it has built, and the questions it invites to ask.

The queries stand in ``queries/`` under the names they have here. They are about the companies of
``examples/``; ``examples/README.md`` tells their story.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import dict_row

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement

Rows = list[dict[str, Any]]

_QUERIES = "ingest.demo.queries"
_SHOWN = 6  # rows of a list that is shown in part


@dataclass(frozen=True, slots=True)
class View:
    """A query whose result is shown.

    Args:
        name: Of the result, and of the query's file.
        headings: Columns that are shown as a table, with their headings as
            ``ingest.terminal.tables`` takes them; the columns of others are told in sentences.
    """

    name: str
    headings: Mapping[str, str] = field(default_factory=dict)

    def cells(self, rows: Rows) -> list[list[Any]]:
        """The values below the headings."""
        return [[row[column] for column in self.headings] for row in rows]


COUNTS = View("counts")
ISSUES = View(
    "issues",
    {"raw_table": "in raw.", "field": "field", "value": "~value", "reason": "reason"},
)
COMPANIES = View(
    "companies",
    {
        "domain": "domain",
        "name": "name",
        "name_source": "name from",
        "industry": "~industry",
        "size": "size",
    },
)
PEOPLE = View("people", {"full_name": "name", "title": "latest title", "company_name": "company"})
CONTENDERS = View("contenders")
CUSTOMERS = View("customers")
ICP = View("icp")
PORTFOLIO_TARGET = View("portfolio_target")
JOB_CHANGE = View("job_change")
CONTACTS = View("contacts")
ADDRESSES = View("addresses")
DISAGREEMENT = View("disagreement")
_VIEWS = (
    *(COUNTS, ISSUES, COMPANIES, PEOPLE, CONTENDERS, CUSTOMERS, ICP),
    *(PORTFOLIO_TARGET, JOB_CHANGE, CONTACTS, ADDRESSES, DISAGREEMENT),
)


@dataclass(frozen=True, slots=True)
class Question:
    """A query to paste: no double quotes, backslashes or dollar signs in it."""

    text: str
    sql: str


def _question(text: str, name: str) -> Question:
    return Question(text, statement(_QUERIES, name).as_string().strip())


QUESTIONS = (
    _question(
        "Who in the target market of Northwind Tools used to work at a customer of theirs?",
        "target_market",
    ),
    _question("Who left Acme Widgets, and when?", "past_employees"),
    _question("Why has Acme Widgets this name, and what else is said?", "why_this_name"),
    _question("What could not be used, and why?", "unusable_values"),
)


def tour(conn: Connection) -> dict[str, Rows]:
    """Ask the warehouse what is shown.

    Args:
        conn: A connection outside any transaction, to a warehouse that has been built.

    Returns:
        Rows by subject: ``counts`` (one row), ``issues``, ``companies``, ``people`` (some of
        each), ``contenders`` (all payloads of one company, the winner first), ``customers``
        and ``icp`` (of one company), ``portfolio_target`` (a target known from a portfolio),
        ``job_change`` (of one person), ``contacts`` (of a person and of a member id),
        ``addresses`` (all of one person, the best first), ``disagreement`` (on one attribute of
        a company).
    """
    found = {}
    with conn.transaction(), conn.cursor(row_factory=dict_row) as cursor:
        for view in _VIEWS:
            query = statement(_QUERIES, view.name)
            found[view.name] = cursor.execute(query, {"shown": _SHOWN}).fetchall()
    return found
