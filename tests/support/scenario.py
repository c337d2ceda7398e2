"""Many cases in one build: each has a company or person of its own, so none sees another.

A build costs seconds and an entity nothing, so a module fills raw once and asks often.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import dict_row

from ingest.postgres.connection import connect
from tests.support.emptying import empty_raw
from tests.support.warehouse import Warehouse

Row = dict[str, Any]

# Two roles as a profile holds them, one that lasts and one that ended.
ROLE = {
    "title": "VP Supply Chain",
    "company": "Blue Harbor Freight",
    "company_domain": "www.BlueHarbor-Freight.example",
    "url": "http://linkedin.com/company/Blue-Harbor-Freight/",
    "org_id": 1234,
    "locality": "Savannah, Georgia",
    "summary": "Boats:\tthree\n\ue000 and boxes",
    "start_date": "2024-05-01",
    "end_date": None,
    "is_current": True,
}
FORMER = {
    "title": "Planner",
    "company": "Yarrow Textiles",
    "start_date": "2015",
    "end_date": "2019-02",
    "is_current": False,
}


@dataclass(frozen=True)
class Case:
    """One payload and what has to come of it.

    Args:
        payload: The payload as received.
        columns: Columns of the extracted row and their values; others are not claimed.
        issues: What must be reported of it: (field, value, reason), and nothing else.
    """

    payload: Any
    columns: Row = field(default_factory=dict)
    issues: tuple[tuple[str, str, str], ...] = ()


@contextmanager
def scenario() -> Iterator[Warehouse]:
    """The session's built warehouse without a row, on a connection of the module's own."""
    with connect(application_name="tests") as conn:
        empty_raw(conn)
        warehouse = Warehouse(conn)
        warehouse.empty()
        yield warehouse


def rows(warehouse: Warehouse, query: str, *parameters: Any) -> list[Row]:
    """All rows of a query, by column name."""
    with warehouse.conn.cursor(row_factory=dict_row) as cursor:
        found = cursor.execute(query.encode(), parameters).fetchall()
    warehouse.conn.rollback()
    return found


def row(warehouse: Warehouse, query: str, *parameters: Any) -> Row:
    """The only row of a query, by column name."""
    (found,) = rows(warehouse, query, *parameters)
    return found


def part(found: Row, columns: Row) -> Row:
    """The columns of a row that an expectation names."""
    return {name: found[name] for name in columns}


def company(warehouse: Warehouse, domain: str) -> Row:
    """A canonical company."""
    return row(warehouse, "select * from core.companies where domain = %s", domain)


def person(warehouse: Warehouse, name: str) -> Row:
    """A canonical person by the slug."""
    return row(warehouse, "select * from core.people where linkedin_slug = %s", name)


def count(warehouse: Warehouse, query: str, *parameters: Any) -> int:
    """The number that a query gives."""
    return int(warehouse.one(query, *parameters)[0])


def issues_of(warehouse: Warehouse, raw_payload_id: Any) -> list[tuple[str, str, str]]:
    """What was reported of a raw row: (field, value, reason), in order of the field."""
    return [
        (found["field"], found["value"], found["reason"])
        for found in rows(
            warehouse,
            "select field, value, reason from extracted.extraction_issues"
            " where raw_payload_id = %s order by field",
            raw_payload_id,
        )
    ]
