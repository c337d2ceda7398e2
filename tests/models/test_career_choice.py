"""Whose career and schools a person has: the profile's, else those of one payload of a provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.support.scenario import Row, rows, scenario
from tests.support.scratch import Parameters
from tests.support.sources import PROFILE
from tests.support.warehouse import Warehouse, assert_as_built_at_once

TABLES = (
    "--select",
    "+provider_roles",
    "+provider_schools",
    "person_experience",
    "person_education",
)

CLAY, PDL = "clay-person-profile", "pdl-person"
APOLLO, LEADMAGIC = "apollo-people-match", "leadmagic-profile"
PROVIDERS = {CLAY: "clay", PDL: "peopledatalabs", APOLLO: "apollo", LEADMAGIC: "leadmagic"}


def clay(*titles: str) -> Row:
    return {"name": "Ana", "experience": [{"title": title} for title in titles]}


def pdl(*titles: str, **more: Any) -> Row:
    return {
        "full_name": "ana",
        "experience": [{"title": {"name": title}} for title in titles],
        **more,
    }


def apollo(*titles: str) -> Row:
    return {"person": {"name": "Ana", "employment_history": [{"title": t} for t in titles]}}


def leadmagic(*titles: str) -> Row:
    return {"full_name": "Ana", "work_experience": [{"position_title": t} for t in titles]}


# What a person's payloads are, in order of receipt, and whose roles are theirs.
Payloads = list[tuple[str, Row]]
Roles = tuple[str, list[str]] | None

AT_ONCE: dict[str, tuple[Payloads, Roles]] = {
    "pdl-alone": ([(PDL, pdl("a", "b"))], ("pdl", ["a", "b"])),
    "apollo-alone": ([(APOLLO, apollo("a"))], ("apollo", ["a"])),
    "leadmagic-alone": ([(LEADMAGIC, leadmagic("a"))], ("leadmagic", ["a"])),
    "the-profile-first": ([(CLAY, clay("x")), (PDL, pdl("a", "b"))], ("profile", ["x"])),
    "an-empty-list-of-the-profile": ([(CLAY, clay()), (PDL, pdl("a"))], None),
    "a-profile-without-a-list": ([(CLAY, {"name": "Ana"}), (PDL, pdl("a"))], ("pdl", ["a"])),
    "a-profile-with-null": (
        [(CLAY, {"name": "Ana", "experience": None}), (PDL, pdl("a"))],
        ("pdl", ["a"]),
    ),
    "a-profile-with-a-map": (
        [(CLAY, {"name": "Ana", "experience": {"0": {"title": "x"}}}), (PDL, pdl("a"))],
        ("pdl", ["a"]),
    ),
    "a-profile-with-a-list-as-text": (
        [(CLAY, {"experience": '[{"title": "x"}]'}), (PDL, pdl("a"))],
        ("profile", ["x"]),
    ),
    # the winning payload alone speaks for the profile
    "a-profile-that-was-superseded": (
        [(CLAY, clay("x")), (CLAY, {"name": "Ana"}), (PDL, pdl("a"))],
        ("pdl", ["a"]),
    ),
    "the-best-ranked-provider": (
        [(PDL, pdl("a")), (LEADMAGIC, leadmagic("b")), (APOLLO, apollo("c", "d"))],
        ("pdl", ["a"]),
    ),
    "the-second-best": ([(LEADMAGIC, leadmagic("b")), (APOLLO, apollo("c"))], ("leadmagic", ["b"])),
    "a-guess-is-the-last": (
        [(APOLLO, apollo("c")), (PDL, pdl("a", likelihood=3))],
        ("apollo", ["c"]),
    ),
    "a-guess-alone": ([(PDL, pdl("a", likelihood=3))], ("pdl_unlikely", ["a"])),
    "the-newest": ([(PDL, pdl("a", "b")), (PDL, pdl("c"))], ("pdl", ["c"])),
    "the-newest-by-refresh": (
        [(PDL, pdl("a", last_refresh="2025-02-01")), (PDL, pdl("b", last_refresh="2025-01-01"))],
        ("pdl", ["a"]),
    ),
    "an-empty-list-is-newer": ([(APOLLO, apollo("c")), (PDL, pdl("a")), (PDL, pdl())], None),
    "null-is-newer": (
        [(PDL, pdl("a")), (PDL, {"full_name": "b", "experience": None})],
        ("pdl", ["a"]),
    ),
    "texts-are-newer": (
        [(PDL, pdl("a")), (PDL, {"full_name": "b", "experience": ["acme"]})],
        ("pdl", ["a"]),
    ),
}

# What is there after the first build, then what comes, and what follows.
LATER: dict[str, tuple[Payloads, Payloads, Roles]] = {
    "a-profile-comes": ([(PDL, pdl("a", "b"))], [(CLAY, clay("x"))], ("profile", ["x"])),
    "an-empty-profile-comes": ([(PDL, pdl("a"))], [(CLAY, clay())], None),
    "a-silent-profile-comes": ([(PDL, pdl("a"))], [(CLAY, {"name": "Ana"})], ("pdl", ["a"])),
    "the-profile-falls-silent": (
        [(PDL, pdl("a")), (CLAY, clay("x"))],
        [(CLAY, {"name": "Ana"})],
        ("pdl", ["a"]),
    ),
    "a-better-provider-comes": ([(APOLLO, apollo("c", "d"))], [(PDL, pdl("a"))], ("pdl", ["a"])),
    "a-worse-provider-comes": ([(PDL, pdl("a"))], [(APOLLO, apollo("c"))], ("pdl", ["a"])),
    "a-shorter-list-comes": ([(PDL, pdl("a", "b", "c"))], [(PDL, pdl("b"))], ("pdl", ["b"])),
    "an-empty-list-comes": ([(PDL, pdl("a"))], [(PDL, pdl())], None),
}

# What is corrected by hand in the raw row of the last payload before the second build.
CORRECTED: dict[str, tuple[Payloads, Row, Roles]] = {
    "another-title": ([(PDL, pdl("a", "b"))], {"raw_payload": pdl("a", "c")}, ("pdl", ["a", "c"])),
    "no-career-any-more": (
        [(APOLLO, apollo("c")), (PDL, pdl("a"))],
        {"raw_payload": {"full_name": "ana"}},
        ("apollo", ["c"]),
    ),
    "states-nothing": ([(PDL, pdl("a"))], {"raw_payload": {"status": 404}}, None),
    "is-of-somebody-else": (
        [(LEADMAGIC, leadmagic("b")), (PDL, pdl("a"))],
        {"linkedin_url": PROFILE.format("somebody-else")},
        ("leadmagic", ["b"]),
    ),
}


def receive(w: Warehouse, person: str, payloads: Payloads, first: int = 0) -> str:
    """Raw rows of a person, a minute apart; the id of the last one."""
    raw_id = ""
    for minute, (workflow, payload) in enumerate(payloads, first):
        raw_id = w.payload(
            *("person_payloads", PROFILE.format(person), payload),
            received=f"2026-03-01T12:{minute:02}:00+00:00",
            workflow_slug=workflow,
            provider=PROVIDERS[workflow],
        )
    return raw_id


@pytest.fixture(scope="module")
def built(_built: Parameters) -> Iterator[Warehouse]:
    with scenario() as w:
        for person, (payloads, _) in AT_ONCE.items():
            receive(w, person, payloads)
        for person, (before, _, _) in LATER.items():
            receive(w, person, before)
        raw_ids = {
            person: receive(w, person, before) for person, (before, _, _) in CORRECTED.items()
        }
        schools = {"education": [{"school_name": "One"}]}
        both = pdl("a", education=[{"school": {"name": "two"}}, {"school": {"name": "three"}}])
        receive(w, "schools-of-the-profile", [(CLAY, {"name": "Ana", **schools}), (PDL, both)])
        receive(w, "roles-of-the-profile", [(CLAY, clay("x")), (PDL, both)])
        w.build(*TABLES)
        for person, (_, later, _) in LATER.items():
            receive(w, person, later, first=30)
        for person, (_, columns, _) in CORRECTED.items():
            for column, value in columns.items():
                w.conn.execute(
                    f"update raw.person_payloads set {column} = %s where id = %s".encode(),
                    [value if isinstance(value, str) else Jsonb(value), raw_ids[person]],
                )
        w.conn.commit()
        w.build(*TABLES)
        yield w


ROLES = ("person_experience", "provider_roles", "experience_order", "title")
SCHOOLS = ("person_education", "provider_schools", "education_order", "school_name")


def items(w: Warehouse, person: str, of: tuple[str, str, str, str] = ROLES) -> Roles:
    """Of a person's items: whose they are, and what they say, in their order."""
    profiles, providers, order, value = of
    found = rows(
        w,
        f"select 'profile' as source, {order}, {value} from extracted.{profiles}"
        f" where linkedin_url = %s union all select source, {order}, {value}"
        f" from core.{providers} where linkedin_url = %s order by {order}",
        *(PROFILE.format(person), PROFILE.format(person)),
    )
    sources = {each["source"] for each in found}
    assert len(sources) <= 1, sources
    return (sources.pop(), [each[value] for each in found]) if found else None


@pytest.mark.parametrize("person", AT_ONCE)
def test_roles_are_of_the_best_payload_that_states_any(built: Warehouse, person: str) -> None:
    assert items(built, person) == AT_ONCE[person][1]


@pytest.mark.parametrize("person", LATER)
def test_what_comes_later_takes_over(built: Warehouse, person: str) -> None:
    assert items(built, person) == LATER[person][2]


@pytest.mark.parametrize("person", CORRECTED)
def test_a_correction_by_hand_is_followed(built: Warehouse, person: str) -> None:
    assert items(built, person) == CORRECTED[person][2]


def test_a_payload_that_is_of_somebody_else_now_is_theirs(built: Warehouse) -> None:
    assert items(built, "somebody-else") == ("pdl", ["a"])


def test_roles_and_schools_are_chosen_each_for_itself(built: Warehouse) -> None:
    assert items(built, "schools-of-the-profile") == ("pdl", ["a"])
    assert items(built, "schools-of-the-profile", SCHOOLS) == ("profile", ["One"])
    assert items(built, "roles-of-the-profile") == ("profile", ["x"])
    assert items(built, "roles-of-the-profile", SCHOOLS) == ("pdl", ["two", "three"])


@pytest.mark.long
def test_one_build_makes_the_same(built: Warehouse) -> None:
    built.build()
    assert_as_built_at_once(built)
