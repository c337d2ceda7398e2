"""Which payloads count: those that state something, of a workflow that is read.

What states nothing changes nothing, whenever it comes; nor does a refresh that cannot be believed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from tests.support.payload_kinds import (
    KINDS,
    Kind,
    entity,
    insert,
    key_of,
    raw_rows,
    shown,
    winners,
)
from tests.support.scenario import Row, issues_of, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import PAYLOAD_TABLES, Warehouse, assert_as_built_at_once

MONDAY, TUESDAY = "2026-03-02T08:00:00+00:00", "2026-03-03T08:00:00+00:00"


# name: the answer, of the kind that was asked for, and what is reported of it: its fields
SILENT: dict[str, Callable[[Kind], Any]] = {
    "too-many-requests": lambda _: {"status": 429, "error": "Too Many Requests"},
    "message": lambda _: {"message": "Credits exhausted", "code": 402},
    "problem": lambda _: {
        "type": "https://errors.example/not-found",
        "title": "Not Found",
        "status": 404,
        "detail": "no such record",
        "instance": "/records/1",
    },
    "unsuccessful": lambda _: {"success": False, "errors": ["not found"]},
    "echo": lambda kind: {**kind.echo, "error": "not found"},
    "nothing": lambda _: {},
    "all-null": lambda kind: dict.fromkeys(kind.good),
    "all-empty": lambda kind: dict.fromkeys(kind.good, ""),
    "all-markers": lambda kind: dict.fromkeys(kind.good, " N/A "),
    "unknown-amounts": lambda _: {
        "annual_revenue": "undisclosed",
        "total_funding_amount_range_usd": "Funding unknown",
    },
    "of-an-email-finder": lambda _: {
        "email": "ana@acme.example",
        "email_status": "valid",
        "person_linkedin_url": "https://www.linkedin.com/in/ana",
    },
    "technographics": lambda _: {"technologies": ["a"], "spend": 5},
    "only-a-time": lambda _: {"last_refresh": "2026-03-03T08:00:00Z"},
}
FORMS: dict[str, Callable[[Any], Any]] = {
    "": lambda answer: answer,
    "-as-text": json.dumps,
    "-as-text-in-text": lambda answer: json.dumps(json.dumps(answer)),
}

# name: (receipts of the good payload and of the silent one, and which comes first)
WAYS = {
    "newer": (MONDAY, TUESDAY, "good"),
    "newer-but-first": (MONDAY, TUESDAY, "silent"),
    "older": (TUESDAY, MONDAY, "good"),
    "older-and-first": (TUESDAY, MONDAY, "silent"),
}
APART = {"together": False, "apart": True}

CASES = list(product(KINDS, SILENT, WAYS, APART))
# of the forms of a payload two answers are enough
CASES += [
    (kind, f"{answer}{form}", way, apart)
    for kind, answer, form in product(KINDS, ["nothing", "too-many-requests"], list(FORMS)[1:])
    for way, apart in product(["newer"], APART)
]


def answer_of(kind: str, name: str) -> tuple[Any, Row]:
    """An answer as it is received, and the object that it is."""
    for form, written in FORMS.items():
        if form and name.endswith(form) and name.removesuffix(form) in SILENT:
            content = SILENT[name.removesuffix(form)](KINDS[kind])
            return written(content), content
    content = SILENT[name](KINDS[kind])
    return content, content


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    """Two builds: what is delivered apart comes half before the second."""
    with scenario() as warehouse:
        later: list[tuple[str, str, Any, str]] = []
        for kind, name, way, apart in CASES:
            good_at, silent_at, first = WAYS[way]
            of = entity(kind, name, way, apart)
            good = (kind, of, KINDS[kind].good, good_at)
            silent = (kind, of, answer_of(kind, name)[0], silent_at)
            before, behind = (good, silent) if first == "good" else (silent, good)
            insert(warehouse, *before)
            if APART[apart]:
                later.append(behind)
            else:
                insert(warehouse, *behind)
        for kind, name in product(KINDS, SILENT):
            answer = answer_of(kind, name)[0]
            insert(warehouse, kind, entity("alone", kind, name), answer, MONDAY)
            later.append((kind, entity("alone", kind, name), answer, TUESDAY))
        fill_emptied(warehouse)
        fill_refreshes(warehouse)
        fill_workflows(warehouse)
        warehouse.build()
        for each in later:
            insert(warehouse, *each)
        warehouse.build()
        yield warehouse


@pytest.mark.parametrize(("kind", "name", "way", "apart"), CASES)
def test_what_states_nothing_supersedes_nothing_and_is_reported(
    built: Warehouse, kind: str, name: str, way: str, apart: str
) -> None:
    of = entity(kind, name, way, apart)
    assert shown(built, kind, of) == KINDS[kind].expected
    good_at, silent_at, _ = WAYS[way]
    issues = [issues_of(built, each["id"]) for each in raw_rows(built, kind, of)]
    fields = ", ".join(sorted(answer_of(kind, name)[1])) or "{}"
    reported = [("raw_payload", fields, "states nothing")]
    assert issues == ([[], reported] if good_at < silent_at else [reported, []])


# what an entity leads to -> query of its receipts
BEHIND = {
    "firmographics": ("companies", "domain"),
    "discovery": ("companies", "domain"),
    "research": ("companies", "domain"),
    "icp": ("companies", "domain"),
    "profile": ("people", "linkedin_url"),
    "found-person": ("people", "linkedin_url"),
}


@pytest.mark.parametrize("kind", BEHIND)
@pytest.mark.parametrize("way", WAYS)
def test_it_is_no_receipt_of_its_entity(built: Warehouse, kind: str, way: str) -> None:
    table, column = BEHIND[kind]
    key = key_of(kind, entity(kind, "too-many-requests", way, "apart"))
    query = f"select created_at, updated_at from core.{table} where {column} = %s"
    found = {each.isoformat() for each in row(built, query, key).values()}
    assert found == {WAYS[way][0]}


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.parametrize("kind", KINDS)
def test_alone_it_is_no_entity_and_nobody_is_named(built: Warehouse, kind: str, name: str) -> None:
    of = entity("alone", kind, name)
    assert shown(built, kind, of) == []
    for table, column in (("companies", "domain"), ("people", "linkedin_url")):
        query = f"select count(*) from core.{table} where {column} = %s"
        assert built.one(query, key_of(kind, of)) == (0,)
    reasons = [issues_of(built, each["id"])[0][2] for each in raw_rows(built, kind, of)]
    assert reasons == ["states nothing"] * 2


# name: (kind, newer payload, what is shown then). An empty list and an empty object say something.
EMPTIED: dict[str, tuple[str, Row, list[tuple[Any, ...]]]] = {
    "customers": ("research", {"customers": []}, [("Origin", None)]),
    "champions": ("case-study", {"champions": []}, [(None, None)]),
    # as an erasure leaves them
    "champions-gone": ("case-study", {"champions": [None, None]}, [(None, None)]),
    "champions-null-beside-a-title": (
        "case-study",
        {"article_title": "New", "champions": None},
        [("New", None)],
    ),
    "experience": ("profile", {"experience": []}, [(None, None, None, None)]),
    "person-criteria-only": ("icp", {"person_criteria": {}}, [(None, None)]),
    "company-criteria-only": (
        "icp",
        {"company_criteria": {"industries": []}, "person_criteria": None},
        [("[]", None)],
    ),
    "name-only": ("firmographics", {"name": "Other"}, [("Other", None)]),
    "locations": ("firmographics", {"locations": []}, [(None, None)]),
    "industries": ("discovery", {"industries": []}, [(None, None, None)]),
    "false": ("found-person", {"name": False}, [("false", None)]),
    "zero": ("profile", {"connections": 0}, [(None, None, None, None)]),
}


def fill_emptied(w: Warehouse) -> None:
    for name, (kind, newer, _) in EMPTIED.items():
        insert(w, kind, entity("emptied", name), KINDS[kind].good, MONDAY)
        insert(w, kind, entity("emptied", name), newer, TUESDAY)


@pytest.mark.parametrize("name", EMPTIED)
def test_a_little_is_something(built: Warehouse, name: str) -> None:
    kind, _, expected = EMPTIED[name]
    assert shown(built, kind, entity("emptied", name)) == expected


NO_TIME, FUTURE = "not a timestamp", "in the future"
# name: (last_refresh of a payload received on Tuesday, beside one of Monday that was refreshed in
# 2020; whether it wins; reason)
REFRESHES: dict[str, tuple[Any, bool, str | None]] = {
    "unreadable": ("tomorrow", False, NO_TIME),
    "infinite": ("infinity", False, NO_TIME),
    "an-object": ({"at": "2026-03-01"}, False, NO_TIME),
    "a-day-that-is-none": ("2026-02-30T08:00:00Z", False, NO_TIME),
    "null": (None, False, None),
    "a-null-marker": ("N/A", False, None),
    "in-2062": ("2062-01-01T00:00:00Z", False, FUTURE),
    "a-second-more-than-a-day-ahead": ("2026-03-04T08:00:01Z", False, FUTURE),
    "a-microsecond-more": ("2026-03-04T08:00:00.000001Z", False, FUTURE),
    "exactly-a-day-ahead": ("2026-03-04T08:00:00Z", True, None),
    "exactly-a-day-ahead-elsewhere": ("2026-03-04T13:00:00+05:00", True, None),
    "that-day": ("2026-03-03", True, None),
}
OLD = {"last_refresh": "2020-01-01T00:00:00Z"}


def fill_refreshes(w: Warehouse) -> None:
    for kind, (name, (refresh, _, _)) in product(KINDS, REFRESHES.items()):
        of = entity(kind, "refresh", name)
        insert(w, kind, of, {**KINDS[kind].good, **OLD}, MONDAY)
        newer = {**KINDS[kind].good, "last_refresh": refresh}
        insert(w, kind, of, newer, TUESDAY)
        # alone it wins, and what cannot be read is nothing
        insert(w, kind, entity("only", of), newer, TUESDAY)
        silent = {"error": "x", "last_refresh": refresh}
        insert(w, kind, entity("silent", of), silent, TUESDAY)


@pytest.mark.parametrize("name", REFRESHES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_that_cannot_order_is_reported_and_counts_as_none(
    built: Warehouse, kind: str, name: str
) -> None:
    _, wins, reason = REFRESHES[name]
    of = entity(kind, "refresh", name)
    older, newer = raw_rows(built, kind, of)
    (alone,) = raw_rows(built, kind, entity("only", of))
    (silent,) = raw_rows(built, kind, entity("silent", of))
    found = winners(built, kind)
    assert (newer["id"] in found, older["id"] in found) == (wins, not wins)
    assert (found[alone["id"]] is None) == (not wins)
    for each in (newer, alone, silent):
        reasons = [why for field, _, why in issues_of(built, each["id"]) if field == "last_refresh"]
        assert reasons == ([reason] if reason else [])
    assert issues_of(built, older["id"]) == []


# name: (kind, workflow of a newer payload, whether the model reads it)
WORKFLOWS: dict[str, tuple[str, str, bool]] = {
    "profile-by-its-other-name": ("profile", "clay-native-person-enrichment", True),
    "research-by-its-other-name": ("research", "claygent-get-all-customer-companies", True),
    "study-by-its-other-name": ("case-study", "gemini-case-study-extraction", True),
    **{f"{kind}-of-nobody": (kind, "nobody-registered-this", False) for kind in KINDS},
    **{f"{kind}-of-a-feed": (kind, "salesnav-export", False) for kind in KINDS},
    "another-spelling": ("profile", "Clay-Person-Profile", False),
    "of-another-table": ("profile", "clay-find-people", False),
    "profile-among-found-people": ("found-person", "clay-person-profile", False),
}


def fill_workflows(w: Warehouse) -> None:
    for name, (kind, workflow, _) in WORKFLOWS.items():
        of = entity("workflow", name)
        usual = PAYLOAD_TABLES[KINDS[kind].raw].payload_type
        insert(w, kind, of, KINDS[kind].good, MONDAY)
        # the type says what the rows of the table usually are
        columns = {"workflow_slug": workflow, "payload_type": usual}
        insert(w, kind, of, {**KINDS[kind].good, "last_refresh": "?"}, TUESDAY, **columns)
        insert(w, kind, entity("alone", of), KINDS[kind].good, TUESDAY, **columns)
    email = {"name": "Ana Other", "email": "ana@acme.example", "title": "Buyer"}
    own = {"workflow_slug": "our-email-finder", "payload_type": "enrichment"}
    insert(w, "profile", "found-by-mail", KINDS["profile"].good, MONDAY)
    insert(w, "profile", "found-by-mail", email, TUESDAY, **own)
    stack = {"name": "Acme", "technologies": ["a"], "industry": "Software"}
    own = {"workflow_slug": "our-stack", "payload_type": "firmographics"}
    insert(w, "firmographics", "stack", KINDS["firmographics"].good, MONDAY)
    insert(w, "firmographics", "stack", stack, TUESDAY, **own)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_workflow_tells_whether_a_payload_is_read(built: Warehouse, name: str) -> None:
    kind, _, is_read = WORKFLOWS[name]
    of = entity("workflow", name)
    usual, other = raw_rows(built, kind, of)
    (alone,) = raw_rows(built, kind, entity("alone", of))
    found = winners(built, kind)
    assert (usual["id"] in found, other["id"] in found) == (not is_read, is_read)
    assert (alone["id"] in found) == is_read
    # who waits is not reported, whatever is wrong with it
    reasons = [why for _, _, why in issues_of(built, other["id"])]
    assert reasons == (["not a timestamp"] if is_read else [])


@pytest.mark.parametrize(
    ("kind", "name"), [("profile", "found-by-mail"), ("firmographics", "stack")]
)
def test_a_type_makes_no_profile_and_no_firmographics(
    built: Warehouse, kind: str, name: str
) -> None:
    assert shown(built, kind, name) == KINDS[kind].expected
    assert [issues_of(built, each["id"]) for each in raw_rows(built, kind, name)] == [[], []]


def test_what_waits_names_its_company_and_no_person(built: Warehouse) -> None:
    waiting = "like 'alone-workflow-%%of-nobody%%'"
    query = f"select domain, name from core.companies where domain {waiting}"
    names = {each["domain"]: each["name"] for each in rows(built, query)}
    # other payloads of a company are a source of domains; of the others nothing is known
    assert names == {"alone-workflow-firmographics-of-nobody.example": None}
    query = "select count(*) from core.people where linkedin_url like '%%alone-workflow%%of-nobody'"
    assert built.one(query) == (0,)


def test_the_tables_are_those_of_one_build(built: Warehouse) -> None:
    assert_as_built_at_once(built)


def test_a_full_refresh_changes_nothing(built: Warehouse) -> None:
    before = built.snapshot()
    built.build("--full-refresh")
    assert built.snapshot() == before
