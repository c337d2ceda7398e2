"""A dump from before an erasure is restored, and the tombstones from a newer one."""

from __future__ import annotations

import pytest

from ingest.privacy import tombstones
from ingest.privacy.identity import Given, find
from ingest.privacy.replay import replay
from ingest.privacy.tombstones import Scope
from tests.privacy.mill import NAMESAKES, deliveries
from tests.support.warehouse import Warehouse


@pytest.mark.long
def test_after_a_restore_all_tombstones_are_applied_again(mill: Warehouse) -> None:
    """A dump has somebody who was erased since; the tombstones come from a newer one."""
    mill.build()
    conn = mill.conn
    with conn.transaction():
        cy = find(conn, Given("cy-friend-3", by_name=True))
        tombstones.write(conn, cy.identifiers(conn), Scope.ERASED, "DSR-11")
        bo = find(conn, Given(NAMESAKES[0]))
        tombstones.write(conn, bo.identifiers(conn), Scope.DO_NOT_CONTACT, "DSR-13")
        conn.execute(
            "update raw.loads set file_name = 'cy-friend-3.csv' where tool_version <> 'test'"
        )
    companies = mill.all("select * from core.companies order by id")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("ingest.privacy.replay.SMALL", 0)
        done = replay(conn, print)
    counts = done.counts
    assert (counts["raw.person_payloads"], counts["core.people"]) == (1, 1)
    assert counts["raw.company_statements"] == 1
    assert deliveries(mill)[2:] == [("", {}, "unknown"), ("", {}, "suppressed")]
    assert mill.all("select linkedin_url from core.people_not_to_contact") == [(NAMESAKES[0],)]
    assert mill.all("select distinct file_name from raw.loads where tool_version <> 'test'") == [
        ("[redacted].csv",)
    ]
    assert mill.all("select * from core.companies order by id") == companies
    # as if they were large: the next run reads what was redacted
    assert "extracted.case_study_details" in done.left_to_run
    assert "cy friend" in str(mill.snapshot()).lower()
    mill.build()
    assert "cy friend" not in str(mill.snapshot()).lower()
    again = replay(conn, print)
    assert (again.counts, again.left_to_run) == ({}, [])
    after = mill.snapshot()
    mill.build("--full-refresh")
    assert mill.snapshot() == after
