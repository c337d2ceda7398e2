"""`dbt source freshness`: how old the newest load of a raw table is, without reading the table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from dbt.artifacts.resources.types import NodeType

from ingest.load.load import LoadOptions, load_file
from ingest.workflows.registry import load_registry
from tests.support.warehouse import PROJECT, Warehouse, dbt

TABLE = "company_discovery"
EXAMPLE = PROJECT / "examples" / "clay-find-companies.bare-array.json"
DOMAIN = "acme.example"
REGULAR = [
    "company_payloads",
    "person_payloads",
    "company_discovery",
    "person_discovery",
    "email_payloads",
    "company_customer_claygent_payloads",
    "case_study_extraction_payloads",
    "loads",
]


def freshness() -> dict[str, str]:
    """What dbt says of each table: pass, warn or error."""
    results = dbt("source", "freshness", may_fail=True).result.results  # type: ignore[union-attr]
    return {
        found.node.name: str(found.status)
        for found in results
        if found.node.resource_type is NodeType.Source
    }


def load(warehouse: Warehouse) -> None:
    registry = load_registry()
    workflow = registry.resolve("clay-find-companies")
    load_file(warehouse.conn, str(EXAMPLE), LoadOptions(registry=registry, workflow=workflow))


def age(warehouse: Warehouse, table: str, column: str, days: int) -> None:
    statement = f"update raw.{table} set {column} = now() - make_interval(days => {days})"
    warehouse.conn.execute(statement.encode())
    warehouse.conn.commit()


def test_what_holds_nothing_yet_is_not_late(warehouse: Warehouse) -> None:
    assert warehouse.one(f"select count(*) from raw.{TABLE}") == (0,)
    assert freshness() == dict.fromkeys(REGULAR, "pass")


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "pass"), (6, "pass"), (8, "warn"), (29, "warn"), (31, "error")]
)
def test_the_newest_load_decides(warehouse: Warehouse, days: int, expected: str) -> None:
    load(warehouse)
    age(warehouse, TABLE, "_received_at", days)
    age(warehouse, "loads", "finished_at", days)
    assert freshness()[TABLE] == expected


def test_old_rows_that_were_loaded_just_now_are_fresh(warehouse: Warehouse) -> None:
    load(warehouse)
    age(warehouse, TABLE, "_received_at", 90)
    assert freshness()[TABLE] == "pass"


def test_a_load_into_one_table_does_not_refresh_another(warehouse: Warehouse) -> None:
    warehouse.payload("company_payloads", DOMAIN, {})
    age(warehouse, "company_payloads", "_received_at", 40)
    load(warehouse)
    found = freshness()
    assert (found["company_payloads"], found[TABLE]) == ("error", "pass")


def test_rows_of_other_programs_count(warehouse: Warehouse) -> None:
    warehouse.payload(TABLE, DOMAIN, {})
    assert freshness()[TABLE] == "pass"
    age(warehouse, TABLE, "_received_at", 40)
    assert freshness()[TABLE] == "error"


@pytest.mark.parametrize(
    "old",
    [
        pytest.param({"id": "ffffffff-ffff-4fff-bfff-ffffffffffff"}, id="ids-not-of-ours"),
        pytest.param({"_xid": "999999999999"}, id="restored-from-a-busier-server"),
    ],
)
def test_an_old_row_that_sorts_last_hides_no_new_one(
    warehouse: Warehouse, old: dict[str, str]
) -> None:
    warehouse.payload(TABLE, "old.example", {}, **old)
    age(warehouse, TABLE, "_received_at", 40)
    warehouse.payload(TABLE, DOMAIN, {})
    assert freshness()[TABLE] == "pass"


def test_a_large_table_is_not_read(warehouse: Warehouse, manifest: dict[str, Any]) -> None:
    query = manifest["sources"][f"source.hq_warehouse.raw.{TABLE}"]["loaded_at_query"]
    query = re.sub(r"\{\{ this \}\}", f"raw.{TABLE}", query)
    query = re.sub(r"\{\{.*?\}\}", "raw.loads", query)
    warehouse.conn.execute(
        f"insert into raw.{TABLE}"
        " (company_domain, workflow_slug, provider, platform, payload_type, raw_payload)"
        " select 'c' || n || '.example', 'clay-find-companies', 'clay', 'clay', 'discovery', '{}'"
        " from generate_series(1, 5000) as n".encode()
    )
    warehouse.conn.execute(f"analyze raw.{TABLE}".encode())
    plan = "\n".join(line for (line,) in warehouse.all(f"explain {query}"))
    assert f"Seq Scan on {TABLE}" not in plan
    assert plan.count("Index Scan Backward") == 2
