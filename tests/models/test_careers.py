"""Roles and schools of a person: one row per item of the payload, in its order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from tests.support.scenario import FORMER, ROLE, Row, issues_of, part, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

NO_DATE = "not a date"

DATES: dict[str, tuple[Any, date | None, bool]] = {
    # name: (as received, value, reported)
    "year": ("2025", date(2025, 1, 1), False),
    "year-as-number": (2025, date(2025, 1, 1), False),
    "month": ("2025-02", date(2025, 2, 1), False),
    "day": ("2025-02-14", date(2025, 2, 14), False),
    "date-time": ("2025-02-14T23:59:59Z", date(2025, 2, 14), False),
    "month-first": ("02-2025", date(2025, 2, 1), False),
    "month-name": ("Feb 2025", date(2025, 2, 1), False),
    "long-month-name": ("September 2025", date(2025, 9, 1), False),
    "leap-day": ("2024-02-29", date(2024, 2, 29), False),
    "empty": ("", None, False),
    "json-null": (None, None, False),
    "present": ("Present", None, True),
    "no-such-day": ("2025-02-30", None, True),
    "no-leap-day": ("2025-02-29", None, True),
    "no-such-month": ("2025-13", None, True),
    "infinity": ("infinity", None, True),
    "now": ("now", None, True),
    "today": ("today", None, True),
    "epoch": ("epoch", None, True),
    "julian": ("J2451187", None, True),
    "american": ("02/14/2025", None, True),
    "list": (["2025"], None, True),
}

SCHOOL = {
    "school_name": "Invented State University",
    "degree": "BSc",
    "field_of_study": "Industrial Engineering",
    "grade": "3.7",
    "activities": "Rowing",
    "start_date": "2011-01-01",
    "end_date": "2015",
}


def person(name: str) -> str:
    return f"https://www.linkedin.com/in/{name}"


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        dated = [{"title": name, "start_date": text} for name, (text, _, _) in DATES.items()]
        warehouse.payload("person_payloads", person("dated"), {"experience": dated})
        lists = {
            "experience": [ROLE, "no role", None, FORMER, {}],
            "education": [SCHOOL, {"school_name": "N/A"}],
        }
        warehouse.payload("person_payloads", person("items"), lists)
        warehouse.build()
        yield warehouse


def raw_id(warehouse: Warehouse, name: str) -> Any:
    query = "select raw_payload_id from extracted.person_profile where linkedin_url = %s"
    return row(warehouse, query, person(name))["raw_payload_id"]


def items(warehouse: Warehouse, table: str, name: str, order: str) -> list[Row]:
    query = f"select * from extracted.{table} where linkedin_url = %s order by {order}"
    return rows(warehouse, query, person(name))


@pytest.mark.parametrize("name", DATES)
def test_a_date_is_the_first_day_of_its_period_or_null(built: Warehouse, name: str) -> None:
    order = list(DATES).index(name)
    found = items(built, "person_experience", "dated", "experience_order")[order]
    assert (found["title"], found["start_date"]) == (name, DATES[name][1])


@pytest.mark.parametrize("name", DATES)
def test_a_date_that_is_none_is_reported_with_its_place(built: Warehouse, name: str) -> None:
    text, _, reported = DATES[name]
    field = f"experience[{list(DATES).index(name)}].start_date"
    received = text if isinstance(text, str) else '["2025"]'
    found = [issue for issue in issues_of(built, raw_id(built, "dated")) if issue[0] == field]
    assert found == ([(field, received, NO_DATE)] if reported else [])


def test_a_role_reaches_every_column(built: Warehouse) -> None:
    found = items(built, "person_experience", "items", "experience_order")[0]
    assert part(found, dict.fromkeys(found.keys() - {"id", "raw_payload_id", "created_at"})) == {
        "linkedin_url": person("items"),
        "company": "Blue Harbor Freight",
        "company_domain": "blueharbor-freight.example",
        "company_linkedin_url": "https://www.linkedin.com/company/blue-harbor-freight",
        "company_org_id": 1234,
        "title": "VP Supply Chain",
        "summary": "Boats:\tthree\n\ue000 and boxes",
        "locality": "Savannah, Georgia",
        "start_date": date(2024, 5, 1),
        "end_date": None,
        "is_current": True,
        "experience_order": 0,
        "_issues": None,
        "_xid": found["_xid"],
    }


def test_roles_keep_their_place_in_the_array(built: Warehouse) -> None:
    found = items(built, "person_experience", "items", "experience_order")
    assert [(role["experience_order"], role["title"]) for role in found] == [
        (0, "VP Supply Chain"),
        (3, "Planner"),
        (4, None),
    ]


def test_items_that_are_no_objects_are_reported(built: Warehouse) -> None:
    found = issues_of(built, raw_id(built, "items"))
    assert [(field, reason) for field, _, reason in found] == [
        ("experience", "not a list of objects")
    ]


def test_a_school_reaches_every_column(built: Warehouse) -> None:
    found = items(built, "person_education", "items", "education_order")
    assert part(found[0], dict.fromkeys(SCHOOL)) == {
        **SCHOOL,
        "start_date": date(2011, 1, 1),
        "end_date": date(2015, 1, 1),
    }
    assert [(school["education_order"], school["school_name"]) for school in found] == [
        (0, "Invented State University"),
        (1, None),
    ]


def test_the_three_person_tables_name_one_payload(built: Warehouse) -> None:
    ids = {
        found["raw_payload_id"]
        for table in ("person_profile", "person_experience", "person_education")
        for found in items(built, table, "items", "id")
    }
    assert len(ids) == 1
