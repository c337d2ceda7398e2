"""Everybody in the examples is erased, and nothing brings them back."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from hq_api.receiving.delivery import Delivery
from hq_api.receiving.receive import receive
from ingest.errors import IngestError
from ingest.feeds.options import FeedOptions
from ingest.load.load import LoadOptions, LoadSummary, load_file
from ingest.postgres import embedded
from ingest.postgres.connection import Connection, connection_parameters, environment_for
from ingest.privacy.erase import Counts, erase, search_afterwards
from ingest.privacy.identity import Given
from ingest.workflows.registry import load_registry
from tests.support.example_files import EXAMPLES, EXPECTED, FILES, load_examples, said_of
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse, assert_as_built_at_once, differences

PROFILE = "https://www.linkedin.com/in/"
# whom the examples know by a member id alone
MEMBERS = ("Kaya", "Rhea", "Noa")
# what a test of the whole asks of each person, worked out from tests/expected/examples.yml
PEOPLE: list[dict[str, Any]] = EXPECTED["core_people"]


class Erased(NamedTuple):
    """The warehouse after everybody was erased, and what was before and behind it.

    Attributes:
        warehouse: The warehouse.
        before: Its tables when everybody was there.
        after: When everybody was erased, and nothing was built since.
        counts: What each erasure did, by slug.
        left: What the searches still found, by slug.
    """

    warehouse: Warehouse
    before: dict[str, list[str]]
    after: dict[str, list[str]]
    counts: dict[str, Counts]
    left: dict[str, Counts]


@pytest.fixture(scope="module")
def erased(key_file: object) -> Iterator[Erased]:
    assert key_file
    with scenario() as warehouse:
        conn = warehouse.conn
        load_examples(conn)
        warehouse.build()
        before = warehouse.snapshot()
        members = warehouse.all(
            "select distinct linkedin_url from core.person_observations"
            " where linkedin_kind = 'member_id' order by 1"
        )
        given = [person["linkedin_slug"] for person in PEOPLE]
        given += [url.removeprefix(PROFILE) for (url,) in members]
        counts, left = {}, {}
        for slug in given:
            done = erase(conn, Given(slug, by_name=True), f"DSR {slug[0]}", print, dry_run=False)
            counts[slug] = done.counts
            _, left[slug] = search_afterwards(conn, done, print, lambda _done, _all: None)
        yield Erased(warehouse, before, warehouse.snapshot(), counts, left)


def dumped() -> str:
    """All rows of the database, as a backup has them, in small letters."""
    try:
        program = embedded.programs() / "pg_dump"
    except IngestError as fault:
        pytest.skip(fault.sentence())
    words = ["--data-only", "--disable-triggers", "--schema=raw", "--schema=privacy"]
    words += [f"--schema={schema}" for schema in ("extracted", "core")]
    done = subprocess.run(
        [program, *words],
        env=environment_for(connection_parameters()),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.lower()


def identifiers() -> set[str]:
    """What identifies somebody in the examples: slugs, names, addresses, numbers."""
    found = {person["linkedin_slug"] for person in PEOPLE}
    found |= {contact["email"] for contact in EXPECTED["contacts"] if contact["email"]}
    found |= {contact["phone"] for contact in EXPECTED["contacts"] if contact["phone"]}
    for person in (*PEOPLE, *EXPECTED["contacts"]):
        found.add(" ".join(re.findall(r"[\w-]+", person["full_name"])[:2]))
    found |= {f"{name} " for name in MEMBERS}
    return {text.lower() for text in found}


def still_there(text: str) -> list[str]:
    return sorted(name for name in identifiers() if name in text)


def test_nobody_is_in_a_dump(erased: Erased) -> None:
    assert erased.warehouse
    assert still_there(dumped()) == []


def test_the_search_finds_nothing(erased: Erased) -> None:
    assert erased.left == {slug: {} for slug in erased.left}


def test_nobody_is_known(erased: Erased) -> None:
    for table in ("core.people", "core.person_contacts", "core.person_observations"):
        assert erased.after[table] == [], table
    # of Idris nothing is known but the address
    (waiting,) = erased.after["extracted.person_emails"]
    assert "idris@dunmore-grocers.example" in waiting


def test_companies_are_what_they_were(erased: Erased) -> None:
    for table in ("core.companies", "core.company_aliases", "extracted.company_firmographics"):
        assert erased.after[table] == erased.before[table], table
    with_ids = [
        [re.sub(r'"raw_payload_id": "[^"]+"', "", row) for row in rows["core.company_history"]]
        for rows in (erased.before, erased.after)
    ]
    assert sorted(with_ids[0]) == sorted(with_ids[1])


def test_companies_of_profiles_name_no_profile(erased: Erased) -> None:
    """Pinecrest Hardware is Ivo's employer; who said so is nobody any more."""
    said = erased.warehouse.all(
        "select count(*), bool_and(o.owner = o.raw_payload_id::text) from core.company_observations"
        " as o inner join raw.company_statements as s on o.raw_payload_id = s.id"
        " where o.domain = 'pinecrest-hardware.example'"
    )
    assert said[0][0] > 0
    assert said[0][1]
    owners = erased.warehouse.all("select owner from core.company_observations")
    assert [owner for (owner,) in owners if "linkedin.com/in" in owner] == []


def test_the_audit_names_nobody(erased: Erased) -> None:
    rows = erased.warehouse.all(
        "select action, case_ref, by_login, counts, found_afterwards from privacy.audit"
    )
    assert [row[0] for row in rows] == ["erase"] * len(erased.counts)
    said: dict[str, Any] = {"redacted": {}, "left": {}, "not_searched": []}
    assert [row[4] for row in rows] == [said] * len(rows)
    ivo = erased.counts["ivo-testcase-88"]
    # his profile stands in two files, three finders know an address of his
    assert (ivo["raw.person_payloads"], ivo["raw.email_payloads"]) == (2, 3)
    assert ivo["extracted.person_experience"] == 2
    assert (ivo["core.people"], ivo["core.person_positions"]) == (1, 1)


def test_consumers_are_told(erased: Erased) -> None:
    said = erased.warehouse.all("select id from privacy.erased_people")
    assert len(said) == len(PEOPLE)


def test_a_run_finds_nothing_to_change(erased: Erased) -> None:
    """Only fields of payloads, which are counted by day, are counted again."""
    warehouse = erased.warehouse
    warehouse.build()
    found = differences(erased.after, warehouse.snapshot())
    assert found.keys() <= {"extracted.payload_fields"}, found
    assert_as_built_at_once(warehouse)


def load_again(conn: Connection, name: str) -> LoadSummary:
    registry = load_registry()
    workflow = FILES[name]["workflow"]
    options = LoadOptions(
        registry,
        registry.resolve(workflow) if workflow else None,
        force=True,
        feed=FeedOptions(**said_of(name)).found(conn),
    )
    return load_file(conn, str(EXAMPLES / name), options)


def test_files_that_are_loaded_again_bring_nobody_back(erased: Erased) -> None:
    warehouse = erased.warehouse
    found = {name: load_again(warehouse.conn, name) for name in FILES}
    for name, summary in found.items():
        assert summary.records == summary.landed + summary.rejected + summary.suppressed, name
    profiles = found["clay-person-profile.commas.json"]
    # one of its 22 rows is the page of a company
    assert (profiles.landed, profiles.suppressed) == (1, 21)
    warehouse.build()
    assert warehouse.all("select linkedin_url from core.people") == []
    assert still_there(dumped()) == []


def test_deliveries_by_http_bring_nobody_back(erased: Erased) -> None:
    conn = erased.warehouse.conn
    body = (EXAMPLES / "clay-person-profile.commas.json").read_bytes()
    delivery = Delivery("clay-person-profile", body, content_type="application/json")
    outcome = receive(conn, delivery, load_registry())
    counts = {word: outcome.document[word] for word in ("landed", "suppressed", "rejected")}
    assert counts == {"landed": 1, "suppressed": 21, "rejected": 2}
    ((records, suppressed),) = erased.warehouse.all(
        "select records, suppressed from raw.loads where file_name = 'http:anonymous'"
    )
    assert (records, suppressed) == (24, 21)
    assert still_there(dumped()) == []
