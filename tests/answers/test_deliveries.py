"""What was delivered and what became of it, as an analyst and an operator both see it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ingest.workflows.feeds import FEEDS
from tests.support.feed_loads import (
    CRUNCHBASE,
    DATA,
    FIRMS,
    LEADS,
    MANUAL,
    PORTFOLIO,
    load_feed,
    loaded,
)
from tests.support.ingesting import load, status
from tests.support.sources import PROFILE, moment
from tests.support.warehouse import Warehouse, insert

FIRMOGRAPHICS = "clay-company-firmographics"


def note_load(w: Warehouse, finished_at: str, workflow: str | None, **columns: Any) -> str:
    counts = dict.fromkeys(("bytes", "records", "landed", "rejected"), 0)
    named = {"file_name": "f", "file_sha256": uuid4().hex, "tool_version": "test"}
    at = datetime.fromisoformat(finished_at)
    times = {"started_at": at, "finished_at": at, "workflow_slug": workflow}
    load_id = insert(w.conn, "loads", {**named, **counts, **times, **columns})
    w.conn.commit()
    return load_id


def test_deliveries_add_up_by_workflow_and_day(warehouse: Warehouse) -> None:
    w = warehouse
    two = {"bytes": 20, "records": 2, "landed": 1, "rejected": 1}
    first = note_load(w, "2026-03-01T00:30:00+02:00", FIRMOGRAPHICS, **two)
    note_load(w, "2026-03-01T23:30:00-02:00", FIRMOGRAPHICS, **two)
    note_load(w, "2026-03-02T08:00:00+00:00", FIRMOGRAPHICS, **two)
    # what is tried again is no new record; it lands with this load
    again = {"bytes": 10, "records": 1, "landed": 1, "rejected": 0, "_retry_of": first}
    note_load(w, "2026-03-02T09:00:00+00:00", FIRMOGRAPHICS, **again)
    note_load(w, "2026-03-02T08:00:00+00:00", "clay-native-person-enrichment", **two)
    note_load(w, "2026-03-02T08:00:00+00:00", None, **two)
    # an hour of what came by HTTP is no file
    hour = {"bytes": 30, "records": 4, "landed": 3, "rejected": 1, "_requests": 3}
    note_load(w, "2026-03-02T07:59:00+00:00", None, **hour)
    w.conn.execute("set timezone = 'Asia/Tokyo'")
    found = w.all(
        "select workflow_slug, day, files, retries, requests, bytes, records, landed, rejected"
        " from api.deliveries order by workflow_slug nulls last, day"
    )
    w.conn.execute("set timezone = 'UTC'")
    w.conn.commit()
    assert found == [
        (FIRMOGRAPHICS, date(2026, 2, 28), 1, 0, 0, 20, 2, 1, 1),
        (FIRMOGRAPHICS, date(2026, 3, 2), 2, 1, 0, 40, 4, 3, 2),
        ("clay-person-profile", date(2026, 3, 2), 1, 0, 0, 20, 2, 1, 1),
        (None, date(2026, 3, 2), 1, 0, 3, 50, 6, 4, 2),
    ]


def test_the_status_of_a_workflow(warehouse: Warehouse) -> None:
    w = warehouse
    for n, domain in enumerate(["a.example", "b.example", "A.example", "no domain"]):
        w.payload("company_payloads", domain, {"name": "A"}, received=moment(n))
    other = {"workflow_slug": "builtwith-stack", "received": moment(9)}
    w.payload("company_payloads", "a.example", {}, **other)
    alias = {"workflow_slug": "clay-native-person-enrichment", "received": moment(5)}
    w.payload("person_payloads", PROFILE.format("ana"), {"name": "Ana"}, **alias)
    w.build()
    found = w.all("select * from api.status where payloads > 0 order by workflow_slug")
    assert found == [
        (None, "builtwith-stack", False, *received(9, 9), 1, None, 1, 0),
        ("company", FIRMOGRAPHICS, True, *received(0, 3), 4, 2, 0, 0),
        ("person", "clay-person-profile", True, *received(5, 5), 1, 1, 0, 0),
    ]
    never = w.all("select distinct payloads, waiting, rejected from api.status where payloads = 0")
    assert never == [(0, 0, 0)]
    # all of the registry, and the one that is not in it
    registered = w.one("select count(*) from reference.workflows")[0]
    assert w.one("select count(*) from api.status") == (registered + 1,)


def received(first: int, last: int) -> tuple[datetime, datetime]:
    return (
        datetime.fromisoformat(moment(first)).astimezone(UTC),
        datetime.fromisoformat(moment(last)).astimezone(UTC),
    )


def test_the_status_is_that_of_the_command(
    warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    w = warehouse
    for workflow, name in [
        (FIRMS, "vc-firms.csv"),
        (LEADS, "salesnav-export.tsv"),
        (MANUAL, "manual-company-customers.csv"),
    ]:
        loaded(workflow, DATA / name)
    load_feed(CRUNCHBASE, DATA / "crunchbase-vc-portfolio.csv")  # one of its rows is refused
    loaded(PORTFOLIO, DATA / "vc-portfolio.csv", "--vc-firm", "harbour-ventures.example")
    folder = tmp_path_factory.mktemp("drop")
    load(written(folder / "named", '{"domain": "a.example", "name": "A"}\nno json\n'))
    load(written(folder / "mixed", '{"workflow_slug": "unheard-of"}\n'), workflow=None)
    w.payload("company_discovery", "b.example", {}, workflow_slug="builtwith-technographics")
    w.payload("company_payloads", "b.example", {}, workflow_slug="vc-portfolio")
    w.build()
    found, shown = status(), w.all("select * from api.status")
    by_workflow = {line[1]: line for line in shown}
    payloads, waiting, rejected = (sum(line[at] for line in shown) for at in (5, 7, 8))
    assert payloads == sum(table["rows"] for table in found["raw"])
    assert (waiting, rejected) == (found["waiting"], found["rejects"]) == (2, 3)
    refused = {workflow: line[8] for workflow, line in by_workflow.items() if line[8]}
    assert refused == {FIRMOGRAPHICS: 1, CRUNCHBASE: 1, None: 1}
    in_table = {table["name"]: table["rows"] for table in found["raw"]}
    for workflow, feed in FEEDS.items():
        astray = 1 if workflow == PORTFOLIO else 0
        assert by_workflow[workflow][5] == in_table[feed.table] + astray > 0
    built = {table["name"].rpartition(".")[2]: table["rows"] for table in found["built"]}
    readers = dict(w.all("select workflow_slug, read_by from reference.workflows"))
    keeping_winners = {model for model in readers.values() if model in built}
    for workflow, line in by_workflow.items():
        model = readers.get(workflow)
        # a source keeps no table: nothing came of which it would say something
        nothing = None if model is None else 0
        assert line[6] == (built[model] if model in keeping_winners else nothing)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
