"""Where a person stands besides their own rows, and how an erasure gets along."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from hq_api.receiving.delivery import Delivery
from hq_api.receiving.receive import receive
from ingest.postgres.connection import connect
from ingest.privacy import erase as erasing
from ingest.privacy import tombstones
from ingest.privacy.erase import erase, search_afterwards
from ingest.privacy.identity import Given, find
from ingest.privacy.tombstones import Scope
from ingest.workflows.registry import Registry, Workflow, load_registry
from tests.privacy.mill import (
    ADA,
    GIL,
    deliveries,
    said_again,
    speak_of_gil,
)
from tests.support.ingesting import ingest, load
from tests.support.processes import start_held
from tests.support.warehouse import Warehouse


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


@pytest.mark.parametrize("case", ["ada-lintel-7", "Art. 17 Ada.Lintel", "ada.lintel@mill.example"])
def test_a_case_that_names_the_person_is_refused(mill: Warehouse, case: str) -> None:
    assert mill
    for action in ("erase", "suppress", "export"):
        result = ingest("privacy", action, ADA, "--case", case)
        assert (result.exit_code, "names the person" in result.output) == (2, True)


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
    # a mark that is written behind a run's back would be taken for one that is no more
    for words, outcome in (
        (("lift", "--case", "none"), "no case none"),
        (("suppress", "cy-friend-3", "--case", "waits"), "1 people of core are not written to"),
        (("lift", "--case", "waits"), "1 tombstones lifted"),
    ):
        with connect() as running:
            running.execute("update extracted.watermarks set seen = seen where model = 'people'")
            command = ("privacy", *words)
            waiting = threading.Thread(target=lambda c=command: said.append(ingest(*c).output))
            waiting.start()
            time.sleep(1.5)
            assert waiting.is_alive()
            marked = "select count(*) from core.people_not_to_contact"
            assert mill.all(marked) == [(int(words == ("lift", "--case", "waits")),)]
            running.commit()
            waiting.join(30)
        assert outcome in said.pop()
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
    # a name alone makes no record somebody's
    assert (done.counts["raw.rejects (redacted)"], done.counts["raw.loads"]) == (1, 1)
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
    assert study["reasoning"] == "It quotes\t[redacted], buyer at Mill, and Third Champion."
    assert at is not None
    ((investors,),) = mill.all("select investors from raw.vc_portfolio_companies")
    assert investors == ["Fund One", None, "Fund Two"]
    ((research,),) = mill.all("select raw_payload from raw.company_customer_claygent_payloads")
    assert json.loads(json.loads(research))["response"] == "Ask:\n[redacted]"
    ((viewed,),) = mill.all(
        "select raw_payload -> 'people_also_viewed' from raw.person_payloads"
        " where linkedin_url like '%%cy-friend%%'"
    )
    assert [each and each["name"] for each in viewed] == ["Dee Other", None, "Eve Last", None]
    ((file_name,),) = mill.all("select file_name from raw.loads where tool_version <> 'test'")
    assert "ada" not in file_name.rpartition("/")[2]
    # nobody knows whether what was under way arrives
    assert deliveries(mill)[:2] == [("", {}, "unknown"), ("", {}, "suppressed")]
    assert [state for _, _, state in deliveries(mill)[2:]] == ["in_flight", "pending"]

    after = mill.snapshot()
    mill.build()
    mended = mill.snapshot()
    mill.build("--full-refresh")
    again = mill.snapshot()
    assert again == mended
    changed = {table for table in after if after[table] != again[table]}
    assert changed <= {"extracted.payload_fields"}
    assert mill.all("select kind from api.changes where kind = 'erased'") == [("erased",)]


def test_what_is_kept_of_others_names_them_no_more(mill: Warehouse) -> None:
    """What was said of a company, a header of a table feed, why a job of the sender ended."""
    speak_of_gil(mill)
    counts = erase(mill.conn, Given(GIL), "DSR-14", print, dry_run=False).counts
    named = ("load_headers", "email_waterfall_jobs (redacted)", "company_statements (redacted)")
    assert [counts.get(f"raw.{name}") for name in named] == [1, 1, 1]
    headers = "select replace(header, ' ' || id, '') from raw.load_headers order by 1"
    assert mill.all(headers) == [("notes",), ("notes of [redacted]",)]
    assert mill.all("select distinct _reason from raw.email_waterfall_jobs") == [
        ("stopped for [redacted], by phone",)
    ]
    said = "select said from raw.company_statements where company_domain = %s and said ? %s"
    assert mill.all(said, "mill.example", "description") == [
        ({"description": "Paper. [redacted] advises it."},)
    ]
    # what the person's own payload said
    ((own,),) = mill.all(said, "quern.example", "name")
    assert own["name"] == "[redacted] Advice"
    assert mill.all("select name from core.companies where domain = 'quern.example'") == [
        ("[redacted] Advice",)
    ]


def test_a_reject_that_names_them_is_suppressed_and_no_reject(
    mill: Warehouse, tmp_path: Path
) -> None:
    assert mill
    file = tmp_path / "of_ada-lintel-7.ndjson"
    file.write_text(f'{{"a": "Ada Lintel"}}\n{{"linkedin_url": "{ADA}"}}\n')
    (said,) = json.loads(load(file, "--json", workflow=None).stdout)["files"]
    assert (said["records"], said["rejected"], said["suppressed"]) == (2, 1, 1)
    assert said["reasons"] == {"no_workflow": 1}
    ((name, record),) = mill.all(
        "select l.file_name, r.record from raw.rejects as r"
        " inner join raw.loads as l on r.load_id = l.id where l.records = 2 and l.suppressed = 1"
    )
    assert (name.rpartition("/")[2], record) == ("of_[redacted].ndjson", '{"a": "[redacted]"}')


def test_of_a_reject_by_http_the_name_is_taken_out(mill: Warehouse) -> None:
    named = [
        {"first_name": "Ada", "middle_name": "Quill", "last_name": "Lintel", "n": 1},
        {"last_name": "Lintel", "nick_name": None, "first_name": "Ada", "n": 2},
        {"first_name": "Bea", "middle_name": "Quill", "last_name": "Lintel", "n": 3},
    ]
    body = json.dumps(named).encode()
    delivery = Delivery("clay-person-profile", body, content_type="application/json")
    with connect() as conn:
        outcome = receive(conn, delivery, load_registry())
    assert outcome.document["rejected"] == 3
    assert mill.all(
        "select r.record from raw.rejects as r inner join raw.loads as l on r.load_id = l.id"
        " where l.file_name = 'http:anonymous' order by right(r.record, 2)"
    ) == [
        ('{"first_name": "[redacted]", "n": 1}',),
        ('{"last_name": "[redacted]", "n": 2}',),
        (json.dumps(named[2]),),
    ]


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
    file = tmp_path / "again.ndjson"
    file.write_text("\n".join(map(json.dumps, said_again())))
    said = load(file, "--json", workflow=None)
    assert said.exit_code == 0, said.output
    ((payload, at),) = mill.all(
        "select raw_payload, _redacted_at from raw.case_study_extraction_payloads"
        " where case_study_url like '%%again'"
    )
    assert payload["champions"] == [None, {"full_name": "Fourth Champion"}]
    assert payload["reasoning"] == "So:\n[redacted] says."
    assert json.loads(payload["quoted"]) == [None, "by\t[redacted]"]
    assert at is not None
    ((viewed_now,),) = mill.all(
        "select raw_payload -> 'people_also_viewed' from raw.person_payloads"
        " where linkedin_url like '%%flo-friend'"
    )
    assert viewed_now == [None, {"name": "X"}]
