"""People of whom an export says nothing but LinkedIn's URN."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UsageError
from ingest.privacy.identity import Given, find
from tests.privacy.mill import row_of
from tests.privacy.test_received import deliver
from tests.support.example_files import EXAMPLES
from tests.support.ingesting import ingest, load
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse

PROFILE = "https://www.linkedin.com/in/"
UNA, MEMBER = "urn:li:person:una07Xy", "ACoAAAuna0007"
NUMBER = "urn:li:member:512345678"
SHARED = "urn:li:person:export1"

with (EXAMPLES / "salesnav-export.leads.tsv").open() as example:
    HEADERS = example.readline().rstrip("\n").split("\t")


def career(name: str) -> dict[str, Any]:
    role = {"title": "Buyer", "company": "Weir", "company_domain": "weir.example"}
    return {"name": name, "experience": [role | {"is_current": True, "start_date": "2024"}]}


def row(name: str, slug: str | None, urn: str, company: str) -> dict[str, str]:
    """A row of an export."""
    first, last = name.split()
    return {
        "LinkedIn user profile URN": urn,
        "First name": first,
        "Last name": last,
        "LinkedIn URL (user profile)": PROFILE + slug if slug else "",
        "Company": company,
    }


@pytest.fixture(scope="module")
def weir(key_file: object) -> Iterator[Warehouse]:
    """Una has a profile, a URN, a member id and a number of LinkedIn; Vic and Wes share one."""
    assert key_file
    with scenario() as warehouse:
        profile = career("Una Weir") | {"profile_id": 512345678}
        warehouse.payload("person_payloads", PROFILE + "una-weir-7", profile)
        for urn in (UNA, f"urn:li:fs_salesProfile:({MEMBER},NAME_SEARCH,x)"):
            row_of(warehouse, "Una Weir", "una-weir-7", linkedin_user_profile_urn=urn)
        # as she was called before, elsewhere
        row_of(warehouse, "Una Weir", company="Other", linkedin_user_profile_urn=UNA)
        for name, slug in (("Vic Weir", "vic-weir-8"), ("Wes Dam", "wes-dam-9")):
            row_of(warehouse, name, slug, linkedin_user_profile_urn=SHARED)
        # keyed by a URN, which no model reads
        warehouse.payload("person_payloads", f"urn:li:fsd_profile:{MEMBER}", career("Una Weir"))
        warehouse.payload("person_discovery", UNA, {"name": "Una Weir"})
        warehouse.build()
        yield warehouse


@pytest.mark.parametrize("person", ["una-weir-7", UNA, MEMBER, f"urn:li:fsd_profile:{MEMBER}"])
def test_one_key_leads_to_all(weir: Warehouse, person: str) -> None:
    with weir.conn.transaction():
        found = find(weir.conn, Given(person))
    assert found.urns == (NUMBER, UNA)
    if person == UNA:
        assert found.urls == (f"{PROFILE}{MEMBER}", f"{PROFILE}una-weir-7")


def test_a_urn_of_several_is_nobodys(weir: Warehouse) -> None:
    with weir.conn.transaction():
        found = find(weir.conn, Given("vic-weir-8"))
    assert (found.urls, found.urns) == ((f"{PROFILE}vic-weir-8",), ())
    assert found.shared_contacts == (SHARED,)
    with pytest.raises(UsageError, match="2 people"), weir.conn.transaction():
        find(weir.conn, Given(SHARED))


def test_a_urn_that_is_no_persons_is_refused(weir: Warehouse) -> None:
    with pytest.raises(UsageError, match="no person's"), weir.conn.transaction():
        find(weir.conn, Given("urn:li:organization:1234"))


def test_who_was_erased_does_not_come_back_by_the_urn(weir: Warehouse, tmp_path: Path) -> None:
    done = json.loads(ingest("privacy", "erase", "una-weir-7", "--case", "DSR-3", "--json").stdout)
    rows = done["rows"]
    assert rows["raw.salesnav_scrapes"] == 3
    assert (rows["raw.person_payloads"], rows["raw.person_discovery"]) == (2, 1)
    # a new employer, no address, another spelling of the name: the URN alone tells
    others = [
        row("U. Stream", None, UNA, "Stream"),
        row("U. Stream", None, f"urn:li:member:{MEMBER}", "Stream"),
        row("U. Stream", None, NUMBER, "Stream"),
    ]
    stays = [
        row("Xan Weir", None, "urn:li:person:xan10", "Weir"),
        # with a profile of its own it is somebody else's
        row("Yve Weir", "yve-weir-11", UNA, "Weir"),
        row("Vic Weir", "vic-weir-8", SHARED, "Weir"),
    ]
    file = tmp_path / "leads.csv"
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, HEADERS, restval="")
        writer.writeheader()
        writer.writerows([*others, *stays])
    said = load(file, workflow="salesnav-export")
    assert said.exit_code == 0, said.output
    counted = "select landed, rejected, suppressed from raw.loads order by id desc limit 1"
    assert weir.one(counted) == (3, 0, 3)
    for key in (UNA, f"urn:li:fsd_profile:{MEMBER}"):
        keyed = {"linkedin_url": key, "raw_payload": career("Una Stream")}
        answer = deliver("clay-person-profile", keyed).document
        assert answer.get("suppressed"), answer
    names = "select first_name from raw.salesnav_scrapes order by 1"
    assert weir.all(names) == [("Vic",), ("Vic",), ("Wes",), ("Xan",), ("Yve",)]
    keyed_so = "select count(*) from raw.person_payloads where linkedin_url like 'urn%%'"
    assert weir.all(keyed_so) == [(0,)]
