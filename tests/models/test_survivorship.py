"""Which payload of an entity wins, whatever the order and the number of builds it arrives in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, product
from typing import Any

import pytest

from tests.support.scenario import Row, issues_of, row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse

MONDAY = "2026-03-02T08:00:00+00:00"
TUESDAY = "2026-03-03T08:00:00+00:00"
WEDNESDAY = "2026-03-04T08:00:00+00:00"


@dataclass(frozen=True)
class Delivery:
    """A payload of an entity: when it was received and how fresh it says it is."""

    received: str
    refreshed: Any = None
    encoded: bool = False
    usable: bool = True


D = Delivery

# name: (deliveries, index of the winner). Of equals the later one arrived later.
CASES: dict[str, tuple[list[Delivery], int]] = {
    "later-refresh-of-the-same-day": (
        [D(MONDAY, "2026-02-18T03:00:00"), D(TUESDAY, "2026-02-18T09:00:00")],
        1,
    ),
    "later-refresh-received-earlier": (
        [D(TUESDAY, "2026-02-18T03:00:00"), D(MONDAY, "2026-02-18T09:00:00")],
        1,
    ),
    "blank-and-letter-between-date-and-time": (
        [D(TUESDAY, "2026-02-18T03:00:00"), D(MONDAY, "2026-02-18 09:00:00.000001")],
        1,
    ),
    "zones-compared-as-moments": (
        [D(TUESDAY, "2026-02-18T10:00:00+05:00"), D(MONDAY, "2026-02-18T05:00:01Z")],
        1,
    ),
    "fractions-of-a-second": (
        [D(TUESDAY, "2026-02-18T03:00:00.9"), D(MONDAY, "2026-02-18T03:00:00.91")],
        1,
    ),
    "no-refresh-after-one": ([D(MONDAY, "2020-01-01T00:00:00"), D(TUESDAY)], 0),
    "unreadable-refresh-after-one": (
        [D(MONDAY, "2020-01-01T00:00:00"), D(TUESDAY, "tomorrow")],
        0,
    ),
    "infinite-refresh": ([D(MONDAY, "2020-01-01T00:00:00"), D(TUESDAY, "infinity")], 0),
    "refresh-as-object": ([D(MONDAY, "2020-01-01T00:00:00"), D(TUESDAY, {"at": "2030-01-01"})], 0),
    "same-refresh-later-receipt": (
        [D(MONDAY, "2026-02-18T03:00:00"), D(TUESDAY, "2026-02-18T03:00:00Z")],
        1,
    ),
    "no-refresh-later-receipt": ([D(MONDAY), D(TUESDAY)], 1),
    "same-receipt-later-arrival": ([D(MONDAY), D(MONDAY)], 1),
    "same-refresh-and-receipt-later-arrival": (
        [D(MONDAY, "2026-02-18T03:00:00"), D(MONDAY, "2026-02-18T03:00:00")],
        1,
    ),
    "payload-as-text": (
        [D(TUESDAY, "2026-02-18T03:00:00"), D(MONDAY, "2026-02-18T09:00:00", encoded=True)],
        1,
    ),
    "payload-as-text-older": (
        [D(MONDAY, "2026-02-18T09:00:00"), D(TUESDAY, "2026-02-18T03:00:00", encoded=True)],
        0,
    ),
    "no-object-after-one": ([D(MONDAY), D(TUESDAY, usable=False)], 0),
    "best-in-the-middle": (
        [D(MONDAY), D(TUESDAY, "2026-02-18T03:00:00"), D(WEDNESDAY)],
        1,
    ),
}

# How the deliveries of an entity come: all before one build or a build after each, in this order
# or turned round.
MODES = {
    "together": (False, False),
    "together-reversed": (False, True),
    "apart": (True, False),
    "apart-reversed": (True, True),
}


@dataclass(frozen=True)
class Table:
    """How to tell which payload a table shows.

    Args:
        raw: The raw table.
        key: Column of the entity's key.
        spellings: Ways to write the key, the normal form first.
        payload: Makes a payload that names a marker.
        marker: SQL that finds the marker in the row.
        columns: Further columns of the raw row.
    """

    raw: str
    key: str
    spellings: tuple[str, ...]
    payload: Callable[[str], Row]
    marker: str
    columns: tuple[tuple[str, Any], ...] = ()

    def spelt(self, key: str, way: int = 0) -> str:
        """The key of an entity in one of its spellings, the normal form first."""
        return self.spellings[way % len(self.spellings)].format(key)


DOMAIN = ("{}.example", "https://www.{}.example/about", "{}.EXAMPLE.")
PERSON = (
    "https://www.linkedin.com/in/{}",
    "http://uk.linkedin.com/in/{}/?trk=x",
    "m.linkedin.com/in/{}/",
)
STUDY = (
    "https://studies.example/{}",
    "HTTPS://Studies.example/{}/",
    "https://studies.example/{}#top",
)
STUDY_COLUMNS = (
    ("origin_company_domain", "publisher.example"),
    ("company_customer_name", "Acme"),
    ("has_case_study_url", True),
)

TABLES = {
    "extracted.company_firmographics": Table(
        "company_payloads", "company_domain", DOMAIN, lambda m: {"name": m}, "name"
    ),
    "extracted.company_discovery": Table(
        "company_discovery", "domain", DOMAIN, lambda m: {"name": m}, "name"
    ),
    "extracted.person_profile": Table(
        "person_payloads", "linkedin_url", PERSON, lambda m: {"name": m}, "full_name"
    ),
    "extracted.person_discovery": Table(
        "person_discovery", "linkedin_url", PERSON, lambda m: {"name": m}, "full_name"
    ),
    "extracted.company_customer_claygent": Table(
        "company_customer_claygent_payloads",
        "origin_company_domain",
        DOMAIN,
        lambda m: {"customers": [{"companyName": m}]},
        "company_customer_name",
    ),
    "extracted.case_study_details": Table(
        "case_study_extraction_payloads",
        "case_study_url",
        STUDY,
        lambda m: {"article_title": m},
        "article_title",
        STUDY_COLUMNS,
    ),
    "reference.company_icp": Table(
        "icp_payloads",
        "domain",
        DOMAIN,
        lambda m: {"company_criteria": {"industries": [m]}},
        "company_criteria #>> '{industries,0}'",
    ),
}


def listed(field: str, name: str, **others: str) -> Callable[[list[str] | None], Row]:
    """Makes payloads with a list of objects, of which only the name matters."""
    return lambda names: {field: names and [{name: each} for each in names], **others}


# table of items: (table of its entities, payload of names, SQL of the names)
SETS: dict[str, tuple[str, Callable[[list[str] | None], Row], str]] = {
    "person_experience": (
        "extracted.person_profile",
        listed("experience", "title", headline="h"),
        """
        select title from extracted.person_experience
        where linkedin_url = %s order by experience_order
        """,
    ),
    "person_education": (
        "extracted.person_profile",
        listed("education", "school_name", headline="h"),
        """
        select school_name from extracted.person_education
        where linkedin_url = %s order by education_order
        """,
    ),
    "company_customer_claygent": (
        "extracted.company_customer_claygent",
        listed("customers", "companyName"),
        """
        select company_customer_name from extracted.company_customer_claygent
        where origin_company_domain = %s order by 1
        """,
    ),
    "case_study_champions": (
        "extracted.case_study_details",
        listed("champions", "full_name", article_title="t"),
        """
        select full_name from extracted.case_study_champions as c
        inner join extracted.case_study_details as d on c.case_study_id = d.id
        where d.case_study_url = %s order by 1
        """,
    ),
}

# name: (names in the first payload, names in the second, which wins)
CHANGES: dict[str, tuple[list[str], list[str] | None]] = {
    "shorter": (["a", "b", "c"], ["a"]),
    "longer": (["a"], ["a", "b"]),
    "other": (["a", "b"], ["c", "d"]),
    "turned": (["a", "b"], ["b", "a"]),
    "empty": (["a", "b"], []),
    "null": (["a", "b"], None),
    "filled": ([], ["a"]),
}

Step = Callable[[Warehouse], None]

# ids as the loader makes them: a later arrival has a greater one
_ids = (f"01900000-0000-7000-8000-{n:012x}" for n in count(1))


def key_of(kind: str, name: str, mode: str) -> str:
    return f"{kind}-{name}-{mode}"


def deliver(table: Table, key: str, n: int, delivery: Delivery, payload: Row) -> Step:
    """The insert of the n-th delivery of an entity; its id is given now, the insert may wait."""
    content: Any = {**payload, "last_refresh": delivery.refreshed}
    if delivery.encoded:
        content = json.dumps(content)
    if not delivery.usable:
        content = [content]
    columns = {"id": next(_ids), **dict(table.columns)}

    def insert(warehouse: Warehouse) -> None:
        spelling, at = table.spelt(key, n), delivery.received
        warehouse.payload(table.raw, spelling, content, received=at, **columns)

    return insert


def builds(entities: list[tuple[str, list[Step]]]) -> list[list[Step]]:
    """What is inserted before the first, second and third build."""
    found: list[list[Step]] = [[], [], []]
    for mode, steps in entities:
        apart, turned = MODES[mode]
        for place, step in enumerate(reversed(steps) if turned else steps):
            found[place if apart else 0].append(step)
    return found


def _entities() -> Iterator[tuple[str, list[Step]]]:
    for mode, table, (name, (deliveries, _)) in product(MODES, TABLES.values(), CASES.items()):
        key = key_of("one", name, mode)
        yield (
            mode,
            [
                deliver(table, key, n, delivery, table.payload(f"payload {n}"))
                for n, delivery in enumerate(deliveries)
            ],
        )
    for mode, (items, (owner, payload, _)), (name, pair) in product(
        MODES, SETS.items(), CHANGES.items()
    ):
        key = key_of(items.replace("_", "-"), name, mode)
        yield (
            mode,
            [
                deliver(TABLES[owner], key, n, Delivery(when), payload(names))
                for n, (when, names) in enumerate(zip((MONDAY, TUESDAY), pair, strict=True))
            ],
        )


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as warehouse:
        for steps in builds(list(_entities())):
            for step in steps:
                step(warehouse)
            warehouse.build()
        yield warehouse


def shown(warehouse: Warehouse, name: str, key: str) -> Row:
    table = TABLES[name]
    return row(
        warehouse,
        f"select {table.marker} as marker, * from {name} where {table.key} = %s",
        table.spelt(key),
    )


each_way = pytest.mark.parametrize("mode", MODES)
each_table = pytest.mark.parametrize("table", TABLES)


@each_way
@pytest.mark.parametrize("name", CASES)
@each_table
def test_the_winner_does_not_depend_on_the_way_it_came(
    built: Warehouse, table: str, name: str, mode: str
) -> None:
    found = shown(built, table, key_of("one", name, mode))
    assert found["marker"] == f"payload {CASES[name][1]}"


@each_way
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    "table",
    ["extracted.company_discovery", "extracted.person_profile", "extracted.person_discovery"],
)
def test_an_entity_is_as_old_as_its_first_receipt_and_as_new_as_its_winner(
    built: Warehouse, table: str, name: str, mode: str
) -> None:
    deliveries, winner = CASES[name]
    found = shown(built, table, key_of("one", name, mode))
    assert (found["created_at"], found["updated_at"]) == (
        min(datetime.fromisoformat(d.received) for d in deliveries),
        datetime.fromisoformat(deliveries[winner].received),
    )


@each_way
@pytest.mark.parametrize(
    "table", ["extracted.company_firmographics", "extracted.case_study_details"]
)
def test_created_at_is_the_first_receipt_where_nothing_says_updated_at(
    built: Warehouse, table: str, mode: str
) -> None:
    found = shown(built, table, key_of("one", "later-refresh-of-the-same-day", mode))
    assert found["created_at"] == datetime.fromisoformat(MONDAY)


@each_way
@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("items", SETS)
def test_a_set_is_replaced_whole(built: Warehouse, items: str, name: str, mode: str) -> None:
    owner, _, query = SETS[items]
    key = TABLES[owner].spelt(key_of(items.replace("_", "-"), name, mode))
    names = [next(iter(found.values())) for found in rows(built, query, key)]
    first, second = CHANGES[name]
    # research that neither lists customers nor says that there are none states nothing
    newest = first if second is None and items == "company_customer_claygent" else second or []
    in_order = items.startswith("person_")
    assert names == (newest if in_order else sorted(newest))


@each_way
@pytest.mark.parametrize("table", ["person_experience", "person_education"])
def test_items_come_with_the_payload_of_their_profile(
    built: Warehouse, table: str, mode: str
) -> None:
    owner = "extracted.person_profile"
    profile = shown(built, owner, key_of(table.replace("_", "-"), "other", mode))
    key = profile["linkedin_url"]
    items = rows(built, f"select * from extracted.{table} where linkedin_url = %s", key)
    assert {(item["raw_payload_id"], item["created_at"]) for item in items} == {
        (profile["raw_payload_id"], datetime.fromisoformat(TUESDAY))
    }


@each_way
@each_table
def test_a_payload_that_is_no_object_is_reported(built: Warehouse, table: str, mode: str) -> None:
    raw = TABLES[table]
    spelling = raw.spelt(key_of("one", "no-object-after-one", mode), 1)
    raw_key = "company_domain" if raw.raw == "company_discovery" else raw.key
    raw_id = row(built, f"select id from raw.{raw.raw} where {raw_key} = %s", spelling)["id"]
    assert [(field, reason) for field, _, reason in issues_of(built, raw_id)] == [
        ("raw_payload", "not a JSON object")
    ]


@each_way
def test_issues_are_those_of_the_winner(built: Warehouse, mode: str) -> None:
    key = key_of("one", "unreadable-refresh-after-one", mode)
    found = shown(built, "extracted.company_firmographics", key)
    assert issues_of(built, found["raw_payload_id"]) == []
