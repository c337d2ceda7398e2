"""Which headers files of table feeds had, and which of them are missing one day."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from ingest.errors import ExitStatus
from tests.support.feed_loads import FIRMS, MANUAL, as_csv, loaded
from tests.support.ingesting import load
from tests.support.scenario import Row, row
from tests.support.warehouse import Warehouse, dbt


def field(w: Warehouse, workflow: str, path: str) -> Row:
    return row(
        w, "select * from api.payload_fields where workflow_slug = %s and path = %s", workflow, path
    )


def header(w: Warehouse, workflow: str, name: str) -> Row:
    found = field(w, workflow, name)
    columns = ("status", "mapped_to", "drift", "payloads", "payloads_before", "present")
    return {column: found[column] for column in columns} | {"share": found["filled_share"]}


def test_headers_of_files_are_counted_and_a_missing_one_shows(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    w = warehouse
    names = ("origin_company_domain", "company_customer_name")
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    customers = [("acme.example", f"Customer {n} Ltd") for n in range(250)]
    first.write_text(
        as_csv(
            (*names, "Source_Notes ", "id"),
            *(
                (*customer, "a note" if n % 2 else "None", n)
                for n, customer in enumerate(customers)
            ),
        ),
        encoding="utf-8",
    )
    loaded(MANUAL, first)
    w.conn.execute("update raw.load_headers set created_at = '2026-01-05T12:00:00Z'")
    w.conn.commit()
    second.write_text(as_csv(names, *customers[:200]), encoding="utf-8")
    loaded(MANUAL, second)
    # the keys of records are what headers are
    relayed = tmp_path / "c.json"
    relayed.write_text(
        '[{"name": "Birch", "DOMAIN": "birch.example", "clay_table_url": "x"},'
        ' {"name": "Oak", "domain": null}]',
        encoding="utf-8",
    )
    assert load(relayed, workflow=FIRMS).exit_code == ExitStatus.REJECTED
    dbt("run", "--select", "payload_fields")
    assert header(w, MANUAL, "source_notes") == {
        "status": "mapped",
        "mapped_to": ["raw.manual_company_customers.source_notes"],
        "drift": "vanished",
        "payloads": 200,
        "payloads_before": 250,
        "present": 0,
        "share": 0,
    }
    assert field(w, MANUAL, "source_notes")["filled_share_before"] == Decimal("0.5")
    assert header(w, MANUAL, "company_customer_name")["share"] == 1
    unread = field(w, MANUAL, "id")
    assert (unread["status"], unread["mapped_to"]) == ("ignored", None)
    assert unread["reason"] == "the loader takes no cells of it"
    assert header(w, FIRMS, "domain")["share"] == Decimal("0.5")
    assert field(w, FIRMS, "clay_table_url")["status"] == "ignored"
    # a file that is not kept leaves no headers
    third = tmp_path / "d.csv"
    third.write_text(as_csv(names, ("acme.example", "Other Ltd")), encoding="utf-8")
    before = w.one("select count(*) from raw.load_headers")
    loaded(MANUAL, third, "--dry-run")
    assert w.one("select count(*) from raw.load_headers") == before
