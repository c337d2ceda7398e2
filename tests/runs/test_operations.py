"""What docs/operations.md tells operators to do: pruning leaves all as it is but the history."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ingest.privacy.retain import retain
from tests.support.warehouse import Warehouse, insert_load

ANA = "https://www.linkedin.com/in/ana-sample"
BEN = "https://www.linkedin.com/in/ben-sample"


def prune(warehouse: Warehouse) -> None:
    retain(warehouse.conn, timedelta(), lambda _done, _all: None, batch=1, dry_run=False)


def present(warehouse: Warehouse) -> dict[str, list[str]]:
    """All tables but what was said, how it changed, and how much was sent."""
    said = {f"core.{name}" for name in ("company_observations", "person_observations")}
    said |= {f"core.{name}" for name in ("company_history", "person_history", "position_changes")}
    said.add("extracted.payload_fields")
    return {table: rows for table, rows in warehouse.snapshot().items() if table not in said}


def left(warehouse: Warehouse) -> set[str]:
    return {
        name for (name,) in warehouse.all("select raw_payload ->> 'note' from raw.person_payloads")
    }


@pytest.fixture
def refreshed(warehouse: Warehouse) -> Warehouse:
    """Two people whose profiles came again and again.

    Ana's in the order of their refresh, Ben's the newest first.
    """

    def profile(person: str, note: str, day: int, refresh: str, *employers: str) -> None:
        payload = {
            "name": f"Sample {note}",
            "note": note,
            "last_refresh": f"{refresh} 00:00:00",
            "experience": [{"company_domain": each, "company": each} for each in employers],
        }
        warehouse.payload(
            "person_payloads", person, payload, received=f"2026-01-{day:02}T00:00:00+00:00"
        )

    profile(ANA, "first receipt", 1, "2025-01-01", "acme.example")
    profile(ANA, "first to name birch", 2, "2025-02-01", "acme.example", "birch.example")
    profile(ANA, "nothing of its own", 3, "2025-03-01", "acme.example", "birch.example")
    profile(ANA, "last to name birch", 4, "2025-04-01", "birch.example")
    profile(ANA, "nothing either", 5, "2025-05-01", "acme.example")
    profile(ANA, "winner", 6, "2025-06-01", "acme.example")
    profile(BEN, "winner of Ben", 1, "2025-06-01", "cedar.example")
    profile(BEN, "older, and late", 2, "2025-01-01", "cedar.example")
    profile(BEN, "older, names dale", 3, "2025-01-02", "dale.example")
    warehouse.build()
    return warehouse


def test_what_nothing_depends_on_goes(refreshed: Warehouse) -> None:
    prune(refreshed)
    assert left(refreshed) == {
        "first receipt",
        "first to name birch",
        # the winner does not name birch any more
        "nothing of its own",
        "last to name birch",
        "winner",
        "winner of Ben",
        "older, names dale",
    }


def test_young_payloads_stay_and_a_dry_run_deletes_nothing(refreshed: Warehouse) -> None:
    def counted(older_than: timedelta, *, dry_run: bool) -> dict[str, int]:
        return retain(refreshed.conn, older_than, print, batch=10, dry_run=dry_run)

    before = left(refreshed)
    # "nothing either" of Ana and "older, and late" of Ben
    assert counted(timedelta(), dry_run=True) == {"raw.person_payloads": 2}
    assert counted(timedelta(days=36_500), dry_run=False) == {}
    assert left(refreshed) == before


def test_a_reject_that_landed_since_is_as_old_as_its_landing(refreshed: Warehouse) -> None:
    conn = refreshed.conn
    first, second = insert_load(conn), insert_load(conn)
    conn.execute(
        "update raw.loads set finished_at = now() - case when id = %s then interval '9 days'"
        " else '1 day' end where id = any(%s)",
        (first, [first, second]),
    )
    conn.execute(
        "insert into raw.rejects (load_id, line, reason, _landed_by) values (%s, 1, 'x', %s)",
        (first, second),
    )
    conn.commit()
    for days, gone in ((5, {}), (0, {"raw.rejects": 1})):
        counts = retain(conn, timedelta(days=days), print, batch=10, dry_run=True)
        assert {name: n for name, n in counts.items() if name == "raw.rejects"} == gone


def test_tables_stay_as_they_are_whatever_is_read_again(refreshed: Warehouse) -> None:
    before = refreshed.snapshot()
    prune(refreshed)
    refreshed.build()
    assert refreshed.snapshot() == before
    before = present(refreshed)
    refreshed.build("--full-refresh")
    assert present(refreshed) == before


@pytest.mark.long
def test_a_value_that_newer_payloads_leave_out_keeps_its_payload(refreshed: Warehouse) -> None:
    with_headline = {"name": "Ana", "note": "knows the headline", "headline": "Buyer"}
    with_headline["last_refresh"] = "2025-05-15 00:00:00"
    refreshed.payload("person_payloads", ANA, with_headline, received="2026-01-07T00:00:00+00:00")
    refreshed.build()
    prune(refreshed)
    assert "knows the headline" in left(refreshed)


def test_what_a_model_has_not_read_stays(refreshed: Warehouse) -> None:
    newer = {"name": "Ana", "note": "unread", "last_refresh": "2025-01-15 00:00:00"}
    refreshed.payload("person_payloads", ANA, newer, received="2026-01-07T00:00:00+00:00")
    # read by the profiles, and not yet by what is built on them
    refreshed.build("-s", "person_profile")
    prune(refreshed)
    assert "unread" in left(refreshed)


@pytest.mark.long
def test_what_is_reported_or_waits_stays(refreshed: Warehouse) -> None:
    refreshed.payload("person_payloads", ANA, "no object", received="2026-01-08T00:00:00+00:00")
    at = "2026-01-09T00:00:00+00:00"
    named = {"note": "of another workflow", "name": "Ana"}
    refreshed.payload("person_payloads", ANA, named, received=at, workflow_slug="vc-firms")
    refreshed.payload("person_payloads", ANA, {"note": "states nothing"}, received=at)
    odd = {"note": "refreshed at no time", "name": "Ana", "last_refresh": "tomorrow"}
    refreshed.payload("person_payloads", ANA, odd, received=at)
    refreshed.build()
    before = present(refreshed)
    prune(refreshed)
    assert left(refreshed) >= {
        None,
        "of another workflow",
        "states nothing",
        "refreshed at no time",
    }
    refreshed.build("--full-refresh")
    assert present(refreshed) == before
