"""Ideal customer profiles: what their criteria come to, and which one counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.support.scenario import Row, issues_of, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

MONDAY = "2026-03-02T08:00:00+00:00"
TUESDAY = "2026-03-03T08:00:00+00:00"

FULL = {
    "industries": ["Software Development", "Technology"],
    "employee_count_min": 50,
    "employee_count_max": None,
    "countries": ["US", "United States"],
    "founded_min": 2015,
    "founded_max": None,
}
TITLES = {"title_contains_any": ["VP"], "title_contains_all": ["Growth"], "seniority": ["C-Suite"]}
SIZES = ["51-200 employees", "1,001-5,000 employees", "51\u2013200"]
BUCKETS = ["51-200", "1001-5000"]


def criteria(**company: Any) -> Row:
    return {"company_criteria": company}


# name: (payload, company criteria, person criteria)
PROFILES: dict[str, tuple[Any, Row | None, Row | None]] = {
    "every-field": (
        {"company_criteria": {**FULL, "size": SIZES}, "person_criteria": TITLES},
        {**FULL, "size_buckets": BUCKETS},
        TITLES,
    ),
    "size-buckets": (criteria(size_buckets=SIZES), {"size_buckets": BUCKETS}, None),
    "size-beside-buckets": (
        criteria(size=["11-50"], size_buckets=SIZES),
        {"size_buckets": BUCKETS},
        None,
    ),
    "size-beside-null-buckets": (
        criteria(size=SIZES, size_buckets=None),
        {"size_buckets": BUCKETS},
        None,
    ),
    "size-null": (criteria(size=None), {"size_buckets": None}, None),
    "size-as-text": (criteria(size="51-200 employees"), {"size_buckets": ["51-200"]}, None),
    "no-size": (criteria(industries=[]), {"industries": []}, None),
    "person-criteria-null": ({**criteria(), "person_criteria": None}, {}, None),
    "company-criteria-null": ({"company_criteria": None, "person_criteria": {}}, None, {}),
    "as-text": (json.dumps(criteria(size=SIZES)), {"size_buckets": BUCKETS}, None),
    "as-text-in-text": (
        json.dumps(json.dumps({"person_criteria": TITLES})),
        None,
        TITLES,
    ),
    "fenced": (
        f"```json\n{json.dumps({'person_criteria': TITLES}, indent=2)}\n```",
        None,
        TITLES,
    ),
}

# name: payload; there is no profile
NO_CRITERIA: dict[str, Row] = {
    "criteria-null": {"company_criteria": None, "person_criteria": None},
    "no-criteria": {},
}

ALL_PEOPLE: Row = {"person_criteria": {}}
# name: (payload, reported fields); the profile has no criteria of the wrong kind
WRONG_CRITERIA = {
    "company-as-text": (
        {"company_criteria": "Retail", "person_criteria": {}},
        ["company_criteria"],
    ),
    "company-as-list": (
        {"company_criteria": ["Retail"], "person_criteria": {}},
        ["company_criteria"],
    ),
    "person-as-number": ({"company_criteria": {}, "person_criteria": 7}, ["person_criteria"]),
}


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        fill(warehouse)
        warehouse.build()
        yield warehouse


def fill(w: Warehouse) -> None:
    for name, (payload, _, _) in PROFILES.items():
        w.payload("icp_payloads", f"https://www.{name}.example", payload)
    for name, (payload, _) in WRONG_CRITERIA.items():
        w.payload("icp_payloads", f"{name}.example", payload)
    for name, silent in NO_CRITERIA.items():
        w.payload("icp_payloads", f"{name}.example", silent)
    w.payload("icp_payloads", "harborlight-crm.example", criteria(industries=["Generated"]))
    w.payload("icp_payloads", "slug.taken.example", criteria(), received=MONDAY)
    w.payload("icp_payloads", "slug-taken.example", criteria(), received=TUESDAY)
    w.payload("icp_payloads", "acme-widgets.example", criteria(founded_min=1), received=MONDAY)
    w.payload("icp_payloads", "jobs-at-acme.example", criteria(founded_min=2), received=TUESDAY)


def profile(warehouse: Warehouse, domain: str) -> Row:
    return row(warehouse, "select * from reference.company_icp where domain = %s", domain)


@pytest.mark.parametrize("name", PROFILES)
def test_criteria_arrive_with_sizes_in_canonical_form(built: Warehouse, name: str) -> None:
    found = profile(built, f"{name}.example")
    assert (found["company_criteria"], found["person_criteria"]) == PROFILES[name][1:]


@pytest.mark.parametrize("name", NO_CRITERIA)
def test_nobody_has_a_profile_without_criteria(built: Warehouse, name: str) -> None:
    domain = f"{name}.example"
    assert rows(built, "select * from reference.company_icp where domain = %s", domain) == []
    raw_id = row(built, "select id from raw.icp_payloads where domain = %s", domain)["id"]
    fields = ", ".join(NO_CRITERIA[name]) or "{}"
    assert issues_of(built, raw_id) == [("raw_payload", fields, "states nothing")]


@pytest.mark.parametrize("name", WRONG_CRITERIA)
def test_criteria_that_are_no_object_are_null_and_reported(built: Warehouse, name: str) -> None:
    found = profile(built, f"{name}.example")
    issues = issues_of(built, found["_raw_payload_id"])
    assert [field for field, _, _ in issues] == WRONG_CRITERIA[name][1]
    assert [found[field] for field in WRONG_CRITERIA[name][1]] == [None]


def test_a_curated_profile_wins_whole(built: Warehouse) -> None:
    found = profile(built, "harborlight-crm.example")
    assert found["company_criteria"]["industries"] == ["Retail"]
    assert found["slug"] == "harborlight-retail"
    assert found["notes"] == "example line: replace with your own"


def test_the_slug_is_the_domain_with_hyphens(built: Warehouse) -> None:
    assert profile(built, "every-field.example")["slug"] == "every-field-example"


def test_slugs_are_unique_and_the_earlier_profile_keeps_its_own(built: Warehouse) -> None:
    slugs = [profile(built, d)["slug"] for d in ("slug.taken.example", "slug-taken.example")]
    assert slugs[0] == "slug-taken-example"
    assert slugs[1].startswith("slug-taken-example-")


def test_an_owner_known_by_an_alias_has_one_profile(built: Warehouse) -> None:
    found = profile(built, "acme-widgets.example")
    assert found["company_criteria"] == {"founded_min": 2}
    assert found["created_at"] == datetime.fromisoformat(MONDAY)
    assert found["updated_at"] == datetime.fromisoformat(TUESDAY)
