"""A dump from before an erasure is restored, and the tombstones from a newer one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from ingest.privacy import tombstones
from ingest.privacy.identity import Given, Identity, find
from ingest.privacy.replay import replay
from ingest.privacy.tombstones import Scope
from tests.privacy.mill import ADA, NAMESAKES, deliveries
from tests.support.ingesting import ingest
from tests.support.warehouse import Warehouse

CY = "https://www.linkedin.com/in/cy-friend-3"
ZOE = Identity(
    urls=("https://www.linkedin.com/in/zoe-gone-3",),
    emails=("zoe@gone.example",),
    names=("Zoe Gone",),
)


@pytest.fixture
def zoe(mill: Warehouse) -> Iterator[None]:
    """Zoe is erased by the tombstones alone, which come from a newer dump."""
    with mill.conn.transaction():
        tombstones.write(mill.conn, ZOE.identifiers(mill.conn), Scope.ERASED, "DSR-14")
    yield
    mill.conn.execute("delete from privacy.tombstones where case_ref = 'DSR-14'")
    mill.conn.execute("delete from raw.outbound_deliveries where number > 90")
    mill.conn.commit()


def deliver(warehouse: Warehouse, number: int, state: str, said: dict[str, Any]) -> None:
    """A delivery of Cy, in which others may be named."""
    warehouse.conn.execute(
        "insert into raw.outbound_deliveries (job_id, number, destination, entity, entity_key,"
        " dedupe_key, body, state, error, sent_at)"
        " select job_id, %s, destination, entity, %s, %s, %s, %s, %s,"
        " case when %s = 'sent' then now() end"
        " from raw.outbound_deliveries order by number limit 1",
        (number, CY, str(number), Jsonb(said), state, said.get("note"), state),
    )
    warehouse.conn.commit()


@pytest.mark.usefixtures("zoe")
def test_who_is_erased_goes_from_deliveries_of_others(mill: Warehouse) -> None:
    """A name, an address and a profile in what was sent; an address makes what waits theirs."""
    seen = {"seen": [{"url": "linkedin.com/in/zoe-gone-3"}, {"url": "linkedin.com/in/dee-other"}]}
    left = {"seen": [None, {"url": "linkedin.com/in/dee-other"}]}
    deliver(mill, 91, "sent", {"note": "Ask Zoe Gone, zoe@gone.example"} | seen)
    deliver(mill, 92, "pending", {"to": "ZOE@gone.example", "first": "Zoe"})
    deliver(mill, 93, "pending", seen)
    deliver(mill, 94, "sent", {"note": "Ask Dee."})
    done = replay(mill.conn, print)
    assert mill.all(
        "select number, entity_key <> '', body, state, error from raw.outbound_deliveries"
        " where number > 90 order by number"
    ) == [
        (
            91,
            True,
            {"note": "Ask [redacted], [redacted]"} | left,
            "sent",
            "Ask [redacted], [redacted]",
        ),
        (92, False, {}, "suppressed", None),
        (93, True, left, "pending", None),
        (94, True, {"note": "Ask Dee."}, "sent", "Ask Dee."),
    ]
    assert done.counts == {
        "raw.outbound_deliveries": 1,
        "raw.outbound_deliveries (redacted)": 2,
    }
    assert replay(mill.conn, print).counts == {}


def test_a_number_bars_with_and_without_its_country(mill: Warehouse) -> None:
    """By the command, by a replay after a restore, and by the model; until it is lifted."""
    marked = "select linkedin_url from core.people_not_to_contact"
    forget = "delete from core.people_not_to_contact"
    said = ingest("privacy", "suppress", "020 5550 1234", "--case", "DSR-15", "--json")
    assert json.loads(said.stdout)["people"] == 1
    assert mill.all(marked) == [(ADA,)]
    mill.conn.execute(forget)
    mill.conn.commit()
    replay(mill.conn, print)
    assert mill.all(marked) == [(ADA,)]
    mill.conn.execute(forget)
    mill.conn.commit()
    mill.build("--full-refresh", "--select", "people_not_to_contact")
    assert mill.all(marked) == [(ADA,)]
    ingest("privacy", "lift", "--case", "DSR-15")
    assert mill.all(marked) == []


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
