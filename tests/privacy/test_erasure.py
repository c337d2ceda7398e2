"""Where a person stands besides their own rows, who is meant, and how an erasure gets along."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import UsageError
from ingest.postgres.connection import connect
from ingest.privacy import erase as erasing
from ingest.privacy import tombstones
from ingest.privacy.erase import erase, search_afterwards
from ingest.privacy.identity import Given, find
from ingest.privacy.replay import replay
from ingest.privacy.tombstones import Scope
from ingest.workflows.registry import Registry, Workflow, load_registry
from tests.support.ingesting import ingest, load
from tests.support.processes import start_held
from tests.support.scenario import scenario
from tests.support.warehouse import Warehouse, insert_load

ADA = "https://www.linkedin.com/in/ada-lintel-7"
NAMESAKES = ("https://www.linkedin.com/in/bo-common-1", "https://www.linkedin.com/in/bo-common-2")


def career(name: str, domain: str) -> dict[str, Any]:
    role = {"title": "Buyer", "company": domain.split(".", maxsplit=1)[0], "company_domain": domain}
    return {"name": name, "experience": [role | {"is_current": True, "start_date": "2024"}]}


def fill(warehouse: Warehouse) -> None:
    """Ada stands in seven places; two people of one name work at one company."""
    ada = career("Ada Lintel", "mill.example")
    warehouse.payload("person_payloads", "uk.linkedin.com/in/Ada-Lintel-7/", ada)
    for url in NAMESAKES:
        warehouse.payload("person_payloads", url, career("Bo Common", "mill.example"))
    warehouse.payload("company_payloads", "mill.example", {"name": "Mill", "industry": "Paper"})
    friend = career("Cy Friend", "mill.example")
    friend["people_also_viewed"] = [
        {"name": "Dee Other", "url": "linkedin.com/in/dee-other"},
        {"name": "Ada Lintel", "url": "https://www.linkedin.com/in/ada-lintel-7"},
        {"name": "Eve Last", "url": "linkedin.com/in/eve-last"},
    ]
    warehouse.payload("person_payloads", "linkedin.com/in/cy-friend-3", friend)
    champions = [
        {"full_name": "First Champion", "job_title": "CEO"},
        {"full_name": "ADA  LINTEL", "job_title": "Buyer", "company_name": "Mill"},
        {"full_name": "Third Champion", "job_title": "CTO"},
    ]
    study = {
        "article_title": "How Mill saved paper",
        "customer_company_domain": "mill.example",
        "champions": champions,
        "reasoning": "It quotes Ada Lintel, buyer at Mill, and Third Champion.",
    }
    warehouse.payload(
        "case_study_extraction_payloads",
        "https://seller.example/mill",
        study,
        origin_company_domain="seller.example",
        company_customer_name="Mill",
        has_case_study_url=True,
    )
    # somebody else, as far as is known, who bears Cy's name
    elsewhere = {"champions": [{"full_name": "Cy Friend"}], "reasoning": "Says Cy Friend."}
    warehouse.payload(
        "case_study_extraction_payloads",
        "https://seller.example/forge",
        elsewhere,
        origin_company_domain="seller.example",
        company_customer_name="Forge",
        has_case_study_url=True,
    )
    research = {"customers": [{"companyName": "Mill"}], "response": "Ask ada.lintel@mill.example"}
    warehouse.payload(
        "company_customer_claygent_payloads", "seller.example", json.dumps(json.dumps(research))
    )
    portfolio = {"upload_id": insert_load(warehouse.conn), "company_name": "Mill"}
    warehouse.row(
        "vc_portfolio_companies",
        vc_firm_id="00000000-0000-0000-0000-000000000001",
        investors=json.dumps(["Fund One", "Ada Lintel", "Fund Two"]),
        **portfolio,
    )
    named = {"upload_id": insert_load(warehouse.conn), "first_name": "Ada", "last_name": "Lintel"}
    named |= {"company": "Mill Ltd.", "company_website": "www.mill.example"}
    warehouse.row(
        "salesnav_scrapes",
        email="Ada.Lintel@mill.example",
        phone_number="+44 20 5550 1234",
        linkedin_url_user_profile=ADA,
        **named,
    )
    warehouse.row("salesnav_scrapes", **named)
    switchboard(warehouse)
    warehouse.build()


def row_of(warehouse: Warehouse, name: str, slug: str | None = None, **columns: str) -> None:
    first, last = name.split()
    columns |= {"linkedin_url_user_profile": f"linkedin.com/in/{slug}"} if slug else {}
    upload = insert_load(warehouse.conn)
    warehouse.row("salesnav_scrapes", upload_id=upload, first_name=first, last_name=last, **columns)


def switchboard(warehouse: Warehouse) -> None:
    """Kit has a number with two colleagues, and an address that only Kit has."""
    row_of(warehouse, "Kit Switch", "kit-switch-8", email="kit@mill.example")
    row_of(
        warehouse,
        "Kit Switch",
        "kit-switch-8",
        email="office@mill.example",
        phone_number="+49 30 1234567",
    )
    # Kit's row, and theirs
    row_of(warehouse, "K. Switch", email="kit@mill.example")
    for name in ("Lea Desk", "Moe Desk"):
        row_of(warehouse, name, phone_number="0049 (30) 123 4567")
    for name, member in (("Ova Member", "ACwAAAAova0001"), ("Pip Member", "ACwAAAApip0002")):
        row_of(warehouse, name, phone_number="+49 30 7654321", linkedin_user_profile_urn=member)


@pytest.fixture(scope="module")
def mill(key_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    assert key_file
    with scenario() as warehouse:
        fill(warehouse)
        folder = tmp_path_factory.mktemp("files")
        record = {"workflow_slug": "clay-person-profile", "raw_payload": {"name": "Ada Lintel"}}
        file = folder / "ada-lintel-7.ndjson"
        file.write_text(json.dumps(record) + "\n" + '{"workflow_slug": "x", "a": 1}\n')
        load(file, workflow=None)
        yield warehouse


@pytest.fixture
def nia(mill: Warehouse) -> Iterator[None]:
    """Somebody else reads the mailbox, too, in a row that is not built yet."""
    row_of(mill, "Nia Other", "nia-other-5", email="office@mill.example")
    yield
    mill.conn.execute(
        "delete from raw.salesnav_scrapes where linkedin_url_user_profile like '%nia-other-5'"
    )
    mill.conn.commit()


class TestWhoIsMeant:
    @pytest.mark.parametrize(
        "person",
        [
            "http://linkedin.com/in/ADA-lintel-7?trk=x",
            "ada-lintel-7",
            " ADA.lintel@Mill.example",
            "0044 20 5550-1234",
        ],
    )
    def test_one_identifier_leads_to_all(self, mill: Warehouse, person: str) -> None:
        with mill.conn.transaction():
            found = find(mill.conn, Given(person))
        assert found.urls == (ADA,)
        assert found.emails == ("ada.lintel@mill.example",)
        assert found.phones == ("+44 20 5550 1234",)
        assert found.names == ("Ada Lintel",)
        assert "mill.example" in found.domains

    def test_a_name_has_to_be_confirmed(self, mill: Warehouse) -> None:
        named = Given(name="ada lintel", employer="Mill")
        with (
            pytest.raises(UsageError, match="ada-lintel-7 bears this name"),
            mill.conn.transaction(),
        ):
            find(mill.conn, named)
        with mill.conn.transaction():
            found = find(mill.conn, Given(name="ada lintel", employer="Mill", by_name=True))
        assert found.urls == (ADA,)

    def test_a_name_of_several_is_refused(self, mill: Warehouse) -> None:
        named = Given(name="Bo Common", employer="mill.example", by_name=True)
        with pytest.raises(UsageError, match="2 people bear this name"), mill.conn.transaction():
            find(mill.conn, named)

    def test_a_shared_name_is_looked_for_nowhere(self, mill: Warehouse) -> None:
        with mill.conn.transaction():
            found = find(mill.conn, Given(NAMESAKES[0]))
        assert (found.names, found.shared_names) == ((), ("Bo Common",))

    def test_a_champion_of_another_company_shares_the_name(self, mill: Warehouse) -> None:
        with mill.conn.transaction():
            found = find(mill.conn, Given("cy-friend-3"))
            confirmed = find(mill.conn, Given("cy-friend-3", by_name=True))
        assert (found.names, found.shared_names) == ((), ("Cy Friend",))
        assert (confirmed.names, confirmed.shared_names) == (("Cy Friend",), ())

    @pytest.mark.usefixtures("nia")
    def test_a_number_or_address_of_several_is_nobodys(self, mill: Warehouse) -> None:
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
    def test_what_is_said_of_several_people_is_refused(
        self, mill: Warehouse, person: str, whom: str
    ) -> None:
        with pytest.raises(UsageError, match=f"this is said of {whom}"), mill.conn.transaction():
            find(mill.conn, Given(person))

    @pytest.mark.parametrize("person", ["", "no body", "https://www.linkedin.com/company/mill"])
    def test_what_names_nobody_is_refused(self, mill: Warehouse, person: str) -> None:
        with pytest.raises(UsageError, match="this is no LinkedIn URL"), mill.conn.transaction():
            find(mill.conn, Given(person))


def test_an_export_has_everything(mill: Warehouse) -> None:
    assert mill
    document = json.loads(ingest("privacy", "export", ADA, "--case", "DSR-9").stdout)
    assert document["identified_by"]["emails"] == ["ada.lintel@mill.example"]
    received = [(each["table"], each["provider"]) for each in document["received"]]
    assert received == [
        ("raw.person_payloads", "clay"),
        ("raw.salesnav_scrapes", "linkedin sales navigator"),
        ("raw.salesnav_scrapes", "linkedin sales navigator"),
    ]
    values = {each["attribute"]: each["value"] for each in document["values"]}
    assert values["full_name"] == "Ada Lintel"
    assert len(document["made_of_it"]["core.people"]) == 1
    said = {each["table"]: each["says"] for each in document["said_by_others"]}
    assert said["raw.vc_portfolio_companies"] == ["Ada Lintel"]
    assert said["raw.company_customer_claygent_payloads"] == ["ada.lintel@mill.example"]
    assert "Third Champion" not in json.dumps(said)
    ((case, counts),) = mill.all("select case_ref, counts from privacy.audit")
    assert case == "DSR-9"
    assert counts["raw"] == 3


def test_killed_in_the_middle_it_leaves_everything(mill: Warehouse) -> None:
    before = mill.snapshot()
    raw = mill.all("select id, xmin::text from raw.person_payloads order by 1")

    def erase_ada() -> None:
        with connect() as conn:
            erase(conn, Given(ADA), "killed", print, dry_run=False)

    for name in ("remove_rows", "_remove_built"):
        start_held(erasing, name, erase_ada, after=True).kill()
        deadline = time.monotonic() + 30
        while mill.one(
            "select count(*) from pg_stat_activity where application_name = 'ingest'"
            " and datname = current_database() and state <> 'idle'"
        ) != (0,):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert mill.snapshot() == before
    assert mill.all("select id, xmin::text from raw.person_payloads order by 1") == raw
    assert mill.all("select * from privacy.tombstones") == []


def test_a_load_under_way_and_a_run_are_waited_for_and_readers_are_not(mill: Warehouse) -> None:
    said: list[str] = []
    with connect() as loading, connect() as running, connect() as reading:
        loading.execute("select pg_advisory_xact_lock_shared(x'48510004'::bigint)")
        running.execute("update extracted.watermarks set seen = seen where model = 'people'")

        def dry_run() -> None:
            with connect() as conn:
                erase(conn, Given(ADA), "waits", said.append, dry_run=True)

        thread = threading.Thread(target=dry_run)
        thread.start()
        time.sleep(0.5)
        assert thread.is_alive()
        loading.commit()
        time.sleep(0.3)
        assert thread.is_alive()
        assert reading.execute("select count(*) from extracted.watermarks").fetchone()
        running.commit()
        thread.join(30)
        assert not thread.is_alive()
    assert "Waiting for" in said[0]
    assert mill


# the last test of the warehouse: Ada is gone behind it
def test_ada_goes_from_everywhere_and_her_neighbours_stay(mill: Warehouse) -> None:
    conn = mill.conn
    companies = mill.all("select * from core.companies order by id")
    others = "select * from {} where linkedin_url <> %s order by id"
    before = {
        table: mill.all(others.format(table), ADA)
        for table in ("core.people", "core.person_observations", "extracted.person_profile")
    }
    named = "select * from extracted.case_study_champions where full_name not ilike 'ada%%'"
    champions = mill.all(f"{named} order by id")
    done = erase(conn, Given(ADA), "DSR-10", print, dry_run=False)
    redacted, left = search_afterwards(conn, done, print, lambda _done, _all: None)
    assert (redacted, left) == ({}, {})
    assert done.counts["raw.rejects"] == 1
    assert done.counts["raw.loads"] == 1
    assert mill.all("select * from core.companies order by id") == companies
    for table, rows in before.items():
        assert mill.all(others.format(table), ADA) == rows, table
    assert mill.all("select * from extracted.case_study_champions order by id") == champions

    ((study, at),) = mill.all(
        "select raw_payload, _redacted_at from raw.case_study_extraction_payloads"
        " where case_study_url like '%%mill'"
    )
    assert [each and each["full_name"] for each in study["champions"]] == [
        "First Champion",
        None,
        "Third Champion",
    ]
    assert study["reasoning"] == "It quotes [redacted], buyer at Mill, and Third Champion."
    assert at is not None
    ((investors,),) = mill.all("select investors from raw.vc_portfolio_companies")
    assert investors == ["Fund One", None, "Fund Two"]
    ((research,),) = mill.all("select raw_payload from raw.company_customer_claygent_payloads")
    assert json.loads(json.loads(research))["response"] == "Ask [redacted]"
    ((viewed,),) = mill.all(
        "select raw_payload -> 'people_also_viewed' from raw.person_payloads"
        " where linkedin_url like '%%cy-friend%%'"
    )
    assert [each and each["name"] for each in viewed] == ["Dee Other", None, "Eve Last"]
    ((file_name,),) = mill.all("select file_name from raw.loads where tool_version <> 'test'")
    assert "ada" not in file_name.rpartition("/")[2]

    after = mill.snapshot()
    mill.build()
    mill.build("--full-refresh")
    again = mill.snapshot()
    changed = {table for table in after if after[table] != again[table]}
    assert changed <= {"extracted.payload_fields"}
    assert mill.all("select kind from api.changes where kind = 'erased'") == [("erased",)]


def test_a_reject_that_names_them_is_suppressed_and_no_reject(
    mill: Warehouse, tmp_path: Path
) -> None:
    assert mill
    file = tmp_path / "rejects.ndjson"
    file.write_text(f'{{"a": 1}}\n{{"linkedin_url": "{ADA}"}}\n')
    (said,) = json.loads(load(file, "--json", workflow=None).stdout)["files"]
    assert (said["records"], said["rejected"], said["suppressed"]) == (2, 1, 1)
    assert said["reasons"] == {"no_workflow": 1}


def test_a_reject_from_a_dump_is_suppressed_when_it_is_retried(
    mill: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was refused before its person was erased, and is there again with a restored table."""
    file = tmp_path / "later.ndjson"
    file.write_text(
        "".join(
            f'{{"workflow_slug": "later-profile", "linkedin_url": "linkedin.com/in/{slug}",'
            f' "raw_payload": {{"name": "{name}"}}}}\n'
            for slug, name in (("gus-later-1", "Gus Later"), ("hal-later-2", "Hal Later"))
        )
    )
    assert load(file, workflow=None).exit_code == 3
    conn = mill.conn
    with conn.transaction():
        gus = find(conn, Given("gus-later-1"))
        tombstones.write(conn, gus.identifiers(conn), Scope.ERASED, "DSR-12")
    known = load_registry()
    later = Workflow("later-profile", "clay", "clay", "profile", "person", "")
    monkeypatch.setattr(
        "ingest.commands.rejects.load_registry",
        lambda: Registry({**known.workflows, later.slug: later}, known.aliases),
    )
    said = ingest("rejects", "retry")
    assert "1 landed (1 in raw.person_payloads)" in said.stderr
    assert "1 suppressed" in said.stderr
    assert mill.all(
        "select linkedin_url from raw.person_payloads where linkedin_url like '%%later%%'"
    ) == [("linkedin.com/in/hal-later-2",)]
    assert mill.all("select count(*) from raw.rejects where record like '%%gus%%'") == [(0,)]


def test_what_is_said_of_them_again_is_redacted_when_it_lands(
    mill: Warehouse, tmp_path: Path
) -> None:
    study = {
        "workflow_slug": "gemini-extract-case-study-details",
        "case_study_url": "https://seller.example/again",
        "origin_company_domain": "seller.example",
        "company_customer_name": "Mill",
        "raw_payload": {
            "champions": [{"full_name": "Ada Lintel"}, {"full_name": "Fourth Champion"}],
            "reasoning": "Ada Lintel says so.",
        },
    }
    viewed = {"name": "Ada L.", "url": "https://linkedin.com/in/ada-lintel-7/"}
    friend = career("Flo Friend", "mill.example") | {"people_also_viewed": [viewed, {"name": "X"}]}
    profile = {
        "workflow_slug": "clay-person-profile",
        "linkedin_url": "linkedin.com/in/flo-friend",
        "raw_payload": friend,
    }
    file = tmp_path / "again.ndjson"
    file.write_text("\n".join(map(json.dumps, (study, profile))))
    said = load(file, "--json", workflow=None)
    assert said.exit_code == 0, said.output
    ((payload, at),) = mill.all(
        "select raw_payload, _redacted_at from raw.case_study_extraction_payloads"
        " where case_study_url like '%%again'"
    )
    assert payload["champions"] == [None, {"full_name": "Fourth Champion"}]
    assert payload["reasoning"] == "[redacted] says so."
    assert at is not None
    ((viewed_now,),) = mill.all(
        "select raw_payload -> 'people_also_viewed' from raw.person_payloads"
        " where linkedin_url like '%%flo-friend'"
    )
    assert viewed_now == [None, {"name": "X"}]


@pytest.mark.long
def test_after_a_restore_all_tombstones_are_applied_again(mill: Warehouse) -> None:
    """A dump has somebody who was erased since; the tombstones come from a newer one."""
    mill.build()
    conn = mill.conn
    with conn.transaction():
        cy = find(conn, Given("cy-friend-3"))
        tombstones.write(conn, cy.identifiers(conn), Scope.ERASED, "DSR-11")
    companies = mill.all("select * from core.companies order by id")
    counts = replay(conn, print)
    assert (counts["raw.person_payloads"], counts["core.people"]) == (1, 1)
    assert counts["raw.company_statements"] == 1
    assert "cy friend" not in str(mill.snapshot()).lower()
    assert mill.all("select * from core.companies order by id") == companies
    assert replay(conn, print) == {}
    after = mill.snapshot()
    mill.build("--full-refresh")
    again = mill.snapshot()
    assert {t for t in after if after[t] != again[t]} <= {"extracted.payload_fields"}
