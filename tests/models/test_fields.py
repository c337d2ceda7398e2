"""Payloads, field by field: what reaches which column, and what is reported instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.models.fields import companies, people
from tests.support.scenario import Case, Row, issues_of, part, row, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse


class Table(NamedTuple):
    """An extracted table and the payloads for it.

    Attributes:
        raw: The raw table.
        key: The column with the key, and columns that are made of it.
        received: The key as it is received, of a case's name.
        normal: Its normal form.
        cases: The payloads, by a name that is the key of their entity.
    """

    raw: str
    key: tuple[str, ...]
    received: str
    normal: str
    cases: dict[str, Case]


DOMAIN = ("www.{}.example", "{}.example")
PROFILE = ("https://www.linkedin.com/in/{}/", "https://www.linkedin.com/in/{}")
TABLES = {
    "company_firmographics": Table(
        "company_payloads", ("company_domain",), *DOMAIN, companies.FIRMOGRAPHICS
    ),
    "company_discovery": Table("company_discovery", ("domain",), *DOMAIN, companies.DISCOVERY),
    "person_profile": Table(
        "person_payloads", ("linkedin_url", "linkedin_slug"), *PROFILE, people.PROFILES
    ),
    "person_discovery": Table("person_discovery", ("linkedin_url",), *PROFILE, people.DISCOVERY),
}
CASES = [
    pytest.param(table, name, id=f"{table}-{name}")
    for table, of in TABLES.items()
    for name in of.cases
]


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for table in TABLES.values():
            for name, case in table.cases.items():
                warehouse.payload(table.raw, table.received.format(name), case.payload)
        warehouse.build()
        yield warehouse


def extracted(warehouse: Warehouse, table: str, name: str) -> Row:
    of = TABLES[table]
    query = f"select * from extracted.{table} where {of.key[0]} = %s"
    return row(warehouse, query, of.normal.format(name))


@pytest.mark.parametrize(("table", "name"), CASES)
def test_a_payload_reaches_the_columns(built: Warehouse, table: str, name: str) -> None:
    expected = TABLES[table].cases[name].columns
    assert part(extracted(built, table, name), expected) == expected


@pytest.mark.parametrize(("table", "name"), CASES)
def test_what_could_not_be_converted_is_reported_and_nothing_else(
    built: Warehouse, table: str, name: str
) -> None:
    found = extracted(built, table, name)
    assert issues_of(built, found["raw_payload_id"]) == list(TABLES[table].cases[name].issues)


@pytest.mark.parametrize("table", TABLES)
def test_the_full_payload_claims_every_column(built: Warehouse, table: str) -> None:
    of = TABLES[table]
    others = {"id", "raw_payload_id", *of.key, "created_at", "updated_at"}
    found = extracted(built, table, "every-field")
    columns = {name for name in found if not name.startswith("_")} - others
    assert columns == set(of.cases["every-field"].columns)


def test_the_slug_is_the_end_of_the_url(built: Warehouse) -> None:
    assert extracted(built, "person_profile", "every-field")["linkedin_slug"] == "every-field"
