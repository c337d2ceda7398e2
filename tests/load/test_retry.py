"""``ingest rejects retry``: what was refused lands after a fix, as if it had never been refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.load import retry
from ingest.load.retry import retry_load
from ingest.postgres.connection import Connection, connect
from ingest.rejects import RECORD_TEXT_CAP
from ingest.workflows.registry import Registry, Workflow, load_registry
from tests.support.ingesting import FIRMOGRAPHICS, ingest, rows
from tests.support.warehouse import Warehouse

LATER = Workflow("acme-technographics", "leadmagic", "direct", "technographics", "company", "")


def counts(db: Connection) -> list[tuple[int, int, int]]:
    """Records, landed and rejected in the ledger, oldest first; raw tables must agree with it."""
    assert rows(
        db,
        """
        select sum(landed) - (select count(*) from raw.company_payloads),
            sum(rejected) - (select count(*) from raw.rejects)
        from raw.loads
        """,
    ) == [(0, 0)]
    return rows(db, "select records, landed, rejected from raw.loads order by started_at, id")


def envelope(domain: str, slug: str | None = LATER.slug, **payload: Any) -> bytes:
    named = {} if slug is None else {"workflow_slug": slug}
    return json.dumps({"company_domain": domain, **named, "raw_payload": payload}).encode() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "companies.ndjson"


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What a line more in seeds/registry/workflows.csv does."""

    def add() -> None:
        known = load_registry()
        grown = Registry({**known.workflows, LATER.slug: LATER}, known.aliases)
        monkeypatch.setattr("ingest.commands.rejects.load_registry", lambda: grown)

    return add


def test_records_of_a_workflow_registered_later_land(
    db: Connection, file: Path, register: Callable[[], None]
) -> None:
    bad = b'{"domain":"bad.example",\n'
    file.write_bytes(
        envelope("a.example") + envelope("b.example", FIRMOGRAPHICS) + bad + envelope("c.example")
    )
    assert ingest("load", str(file)).exit_code == 3
    register()
    result = ingest("rejects", "retry")
    assert result.exit_code == 3, result.output
    assert "2 landed (2 in raw.company_payloads)" in result.stderr
    assert "1 rejected again (malformed_json 1)" in result.stderr
    assert counts(db) == [(4, 1, 3), (2, 2, 0)]
    assert rows(
        db, "select company_domain, provider, payload_type from raw.company_payloads order by id"
    ) == [
        ("a.example", "leadmagic", "technographics"),
        ("b.example", "clay", "firmographics"),
        ("c.example", "leadmagic", "technographics"),
    ]
    listed = json.loads(ingest("rejects", "--json").stdout)
    assert [(entry["line"], entry["reason"]) for entry in listed] == [(3, "malformed_json")]
    assert json.loads(ingest("status", "--json").stdout)["rejects"] == 1


def test_what_landed_late_keeps_its_time_of_receipt_and_says_who_landed_it(
    db: Connection, file: Path, register: Callable[[], None]
) -> None:
    file.write_bytes(envelope("a.example"))
    ingest("load", str(file))
    register()
    assert ingest("rejects", "retry").exit_code == 0
    assert rows(
        db,
        """
        select p.created_at = first.started_at, p._load_id = again.id, r._landed_by = again.id,
            r.load_id = first.id, p._received_at > p.created_at
        from raw.company_payloads as p
        cross join raw.rejects as r
        inner join raw.loads as again on again._retry_of is not null
        inner join raw.loads as first on again._retry_of = first.id
        """,
    ) == [(True, True, True, True, True)]


def test_a_late_payload_does_not_win_over_one_received_after_it(
    warehouse: Warehouse, file: Path, register: Callable[[], None]
) -> None:
    late = LATER.slug
    file.write_bytes(envelope("a.example", late, name="first"))
    ingest("load", str(file))
    file.write_bytes(envelope("a.example", FIRMOGRAPHICS, name="second"))
    ingest("load", str(file))
    register()
    ingest("rejects", "retry")
    # read are payloads of this workflow only
    warehouse.conn.execute(
        "update raw.company_payloads set workflow_slug = 'clay-company-firmographics'"
    )
    warehouse.conn.commit()
    warehouse.build("--select", "+company_firmographics")
    assert warehouse.one("select name from extracted.company_firmographics") == ("second",)


def test_a_retry_that_lands_nothing_leaves_the_ledger_alone(db: Connection, file: Path) -> None:
    file.write_bytes(envelope("a.example"))
    ingest("load", str(file))
    for _ in range(2):
        assert ingest("rejects", "retry").exit_code == 3
    assert counts(db) == [(1, 0, 1)]


def test_a_second_retry_finds_nothing_left(
    db: Connection, file: Path, register: Callable[[], None]
) -> None:
    file.write_bytes(envelope("a.example"))
    ingest("load", str(file))
    register()
    assert [ingest("rejects", "retry").exit_code for _ in range(2)] == [0, 0]
    assert "No rejects." in ingest("rejects", "retry").stderr
    assert counts(db) == [(1, 0, 1), (1, 1, 0)]


def test_two_retries_at_once_land_a_record_once(db: Connection, file: Path) -> None:
    file.write_bytes(b"".join(envelope(f"c{n}.example", None) for n in range(500)))
    ingest("load", str(file))
    registry = load_registry()
    ((load_id,),) = rows(db, "select id from raw.loads")
    landed = []

    def run() -> None:
        with connect() as conn:
            given = registry.resolve(FIRMOGRAPHICS)
            landed.append(retry_load(conn, load_id, registry, given, lambda _: None).landed)

    racing = [threading.Thread(target=run) for _ in range(3)]
    for thread in racing:
        thread.start()
    for thread in racing:
        thread.join()
    assert sorted(landed) == [0, 0, 500]
    assert counts(db) == [(500, 0, 500), (500, 500, 0)]


def test_the_workflow_of_records_that_name_none_can_be_given(db: Connection, file: Path) -> None:
    file.write_bytes(envelope("a.example", None))
    ingest("load", str(file))
    assert ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS).exit_code == 0
    assert counts(db) == [(1, 0, 1), (1, 1, 0)]


def test_the_workflow_a_batch_named_is_remembered(
    db: Connection, file: Path, register: Callable[[], None]
) -> None:
    batch = b'{"workflow_slug":"acme-technographics","payloads":[%b]}'
    file.write_bytes(batch % envelope("a.example", None))
    ingest("load", str(file))
    register()
    assert ingest("rejects", "retry").exit_code == 0
    assert counts(db) == [(1, 0, 1), (1, 1, 0)]


def test_a_record_may_be_refused_for_another_reason_now(
    db: Connection, file: Path, register: Callable[[], None]
) -> None:
    file.write_bytes(envelope("  ", name="x"))
    ingest("load", str(file))
    register()
    assert ingest("rejects", "retry").exit_code == 3
    assert rows(db, "select line, reason from raw.rejects") == [(1, "no_key")]
    assert counts(db) == [(1, 0, 1)]


def test_rows_the_server_refused_are_tried_again(db: Connection, file: Path) -> None:
    db.execute("alter table raw.company_payloads add constraint own check (company_domain <> 'x')")
    db.commit()
    try:
        file.write_bytes(b"".join(envelope(d, FIRMOGRAPHICS) for d in ("x", "y", "x")))
        assert ingest("load", str(file)).exit_code == 3
        assert ingest("rejects", "retry").exit_code == 3
        assert counts(db) == [(3, 1, 2)]
    finally:
        db.execute("alter table raw.company_payloads drop constraint own")
        db.commit()
    assert ingest("rejects", "retry").exit_code == 0
    assert counts(db) == [(3, 1, 2), (2, 2, 0)]


def test_unstorable_characters_are_taken_out_of_late_records_too(
    db: Connection, file: Path
) -> None:
    file.write_bytes(rb'{"company_domain":"a\u0000.example","raw_payload":{"a":"\ud800"}}')
    ingest("load", str(file))
    assert ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS).exit_code == 0
    assert rows(db, "select company_domain, raw_payload from raw.company_payloads") == [
        ("a.example", {"a": "�"})
    ]
    assert rows(db, "select cleaned from raw.loads where _retry_of is not null") == [(1,)]


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(envelope("a.example", None, text="x" * RECORD_TEXT_CAP), id="too long"),
        pytest.param(b'{"domain":"\xff.example"}\n', id="no text"),
        pytest.param(b'{"domain":"\0.example"}\n', id="a NUL"),
    ],
)
def test_what_was_not_kept_whole_needs_its_file(db: Connection, file: Path, record: bytes) -> None:
    file.write_bytes(record + envelope("b.example", FIRMOGRAPHICS))
    ingest("load", str(file))
    before = rows(db, "select reason, record from raw.rejects")
    (listed,) = json.loads(ingest("rejects", "--json").stdout)
    assert listed["can_retry"] is False
    result = ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS)
    assert (result.exit_code, "1 need their file" in result.stderr) == (3, True)
    assert rows(db, "select reason, record from raw.rejects") == before
    assert counts(db) == [(2, 1, 1)]


def test_one_load_can_be_chosen(db: Connection, file: Path) -> None:
    for domain in ("a.example", "b.example"):
        file.write_bytes(envelope(domain, None))
        ingest("load", str(file))
    ids = [load for (load,) in rows(db, "select id::text from raw.loads order by started_at")]
    result = ingest("rejects", "retry", ids[1], "--workflow", FIRMOGRAPHICS, "--json")
    (summary,) = json.loads(result.stdout)["loads"]
    assert (summary["retried"], summary["landed"], summary["rejected"]) == (ids[1], 1, 0)
    assert rows(db, "select company_domain from raw.company_payloads") == [("b.example",)]


def test_many_rejects_are_tried_in_batches(
    db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "_BATCH", 7)
    file.write_bytes(
        b"".join(envelope("" if n % 3 else f"c{n:02}.example", None) for n in range(50))
    )
    ingest("load", str(file))
    assert ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS).exit_code == 3
    assert counts(db) == [(50, 0, 50), (17, 17, 0)]
    landed = rows(db, "select company_domain from raw.company_payloads order by id")
    assert [domain for (domain,) in landed] == [f"c{n:02}.example" for n in range(0, 50, 3)]
    assert rows(db, "select distinct reason from raw.rejects where _landed_by is null") == [
        ("no_key",)
    ]


def test_a_failing_retry_changes_nothing(
    db: Connection, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(envelope("a.example", None))
    ingest("load", str(file))
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    assert ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS).exit_code == 1
    assert counts(db) == [(1, 0, 1)]


@pytest.mark.usefixtures("db")
def test_the_file_itself_is_still_known_after_a_retry(file: Path) -> None:
    file.write_bytes(envelope("a.example", None))
    ingest("load", str(file))
    ingest("rejects", "retry", "--workflow", FIRMOGRAPHICS)
    assert "already loaded" in ingest("load", str(file)).stderr
    newest = json.loads(ingest("loads", "--json").stdout)[0]
    assert newest["retry_of"] is not None
    assert "tried again" in ingest("loads").stdout
