"""Who is meant by what is given of a person, and what of it is shared with others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.errors import UsageError
from ingest.postgres.connection import connect
from ingest.privacy import tombstones
from ingest.privacy.erase import erase
from ingest.privacy.identity import Given, find
from ingest.privacy.tombstones import Scope
from tests.privacy.mill import ADA, BOB, NAMESAKES, ROBERT
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize(
    "person",
    [
        "http://linkedin.com/in/ADA-lintel-7?trk=x",
        "ada-lintel-7",
        " ADA.lintel@Mill.example",
        "0044 20 5550-1234",
    ],
)
def test_one_identifier_leads_to_all(mill: Warehouse, person: str) -> None:
    with mill.conn.transaction():
        found = find(mill.conn, Given(person))
    assert found.urls == (ADA,)
    assert found.emails == ("ada.lintel@mill.example",)
    assert found.phones == ("+44 20 5550 1234",)
    assert found.names == ("Ada Lintel",)
    assert "mill.example" in found.domains


def test_a_name_has_to_be_confirmed(mill: Warehouse) -> None:
    named = Given(name="ada lintel", employer="Mill")
    with (
        pytest.raises(UsageError, match="ada-lintel-7 bears this name"),
        mill.conn.transaction(),
    ):
        find(mill.conn, named)
    with mill.conn.transaction():
        found = find(mill.conn, Given(name="ada lintel", employer="Mill", by_name=True))
    assert found.urls == (ADA,)


def test_a_name_of_several_is_refused(mill: Warehouse) -> None:
    named = Given(name="Bo Common", employer="mill.example", by_name=True)
    with pytest.raises(UsageError, match="2 people bear this name"), mill.conn.transaction():
        find(mill.conn, named)


def test_an_employer_of_whose_name_there_are_several_is_refused(mill: Warehouse) -> None:
    named = Given(name="Nobody Known", employer="KILN ltd", by_name=True)
    said = r"2 companies are called so: kiln-two.example, kiln.example"
    with pytest.raises(UsageError, match=said), mill.conn.transaction():
        find(mill.conn, named)
    with mill.conn.transaction():
        found = find(mill.conn, replace(named, employer="www.kiln.example"))
    assert (found.names, found.domains) == (("Nobody Known",), ("kiln.example",))


def test_a_shared_name_is_looked_for_nowhere(mill: Warehouse) -> None:
    with mill.conn.transaction():
        found = find(mill.conn, Given(NAMESAKES[0]))
    assert (found.names, found.shared_names) == ((), ("Bo Common",))


def test_a_name_that_another_source_gives_somebody_else_is_shared(mill: Warehouse) -> None:
    known = mill.all("select full_name from core.people where linkedin_url = %s", ROBERT)
    assert known == [("Robert Quay",)]
    struck = "select privacy.is_name_of_erased(%s)"
    with mill.conn.transaction(force_rollback=True):
        assert find(mill.conn, Given(BOB)).shared_names == ("Bob Quay",)
        names = [("name", "bob quay"), ("name", "bob pier")]
        tombstones.write(mill.conn, names, Scope.ERASED, "bob")
        assert mill.conn.execute(struck, ["bob quay"]).fetchone() == (False,)
        assert mill.conn.execute(struck, ["bob pier"]).fetchone() == (True,)


def test_a_name_by_any_source_is_asked_for(mill: Warehouse) -> None:
    named = Given(name="Bob Quay", employer="pier.example", by_name=True)
    with mill.conn.transaction():
        assert find(mill.conn, named).urls == (ROBERT,)


def test_a_champion_of_another_company_shares_the_name(mill: Warehouse) -> None:
    with mill.conn.transaction():
        found = find(mill.conn, Given("cy-friend-3"))
        confirmed = find(mill.conn, Given("cy-friend-3", by_name=True))
    assert (found.names, found.shared_names) == ((), ("Cy Friend",))
    assert (confirmed.names, confirmed.shared_names) == (("Cy Friend",), ())


def test_rows_that_only_a_name_makes_theirs_lead_to_addresses(mill: Warehouse) -> None:
    named = Given(name="Zed Alone", employer="Mill", by_name=True)
    with mill.conn.transaction():
        zed = find(mill.conn, named)
    assert (zed.urls, zed.emails) == ((), ("zed@mill.example",))
    assert (zed.phones, zed.domains) == (("+33 1 2345 6789",), ("mill.example",))
    with connect() as conn:
        counts = erase(conn, named, "alone", print, dry_run=True).counts
    assert (counts["raw.email_payloads"], counts["raw.salesnav_scrapes"]) == (1, 1)


@pytest.mark.usefixtures("nia")
def test_a_number_or_address_of_several_is_nobodys(mill: Warehouse) -> None:
    with mill.conn.transaction():
        kit = find(mill.conn, Given("kit-switch-8"))
    assert kit.urls == ("https://www.linkedin.com/in/kit-switch-8",)
    assert (kit.emails, kit.phones) == (("kit@mill.example",), ())
    assert kit.shared_contacts == ("49301234567", "office@mill.example")
    with connect() as conn:
        counts = erase(conn, Given("kit-switch-8"), "switch", print, dry_run=True).counts
    # two that bring the profile, and one by the address that is Kit's alone
    assert counts["raw.salesnav_scrapes"] == 3


@pytest.mark.usefixtures("nia")
@pytest.mark.parametrize(
    ("person", "whom"),
    [
        ("+49 30 1234567", "3 people: .*kit-switch-8, Lea Desk, Moe Desk"),
        ("office@mill.example", "2 people: .*kit-switch-8, .*nia-other-5"),
        # known by their member ids alone
        ("+49 30 7654321", "2 people: .*ova0001, .*pip0002"),
    ],
)
def test_what_is_said_of_several_people_is_refused(mill: Warehouse, person: str, whom: str) -> None:
    with pytest.raises(UsageError, match=f"this is said of {whom}"), mill.conn.transaction():
        find(mill.conn, Given(person))


@pytest.mark.parametrize("person", ["", "no body", "https://www.linkedin.com/company/mill"])
def test_what_names_nobody_is_refused(mill: Warehouse, person: str) -> None:
    with pytest.raises(UsageError, match="this is no LinkedIn URL"), mill.conn.transaction():
        find(mill.conn, Given(person))
