"""After some builds: one without news writes nothing, and a full refresh changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.history.arrivals import Arrivals
from tests.support.scenario import rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import (
    Warehouse,
    assert_as_built_at_once,
    dbt,
    differences,
    incremental_models,
)

BUILDS = 3
RECORDS_PER_BUILD = 250


@pytest.fixture(scope="module")
def lived(_built: Parameters) -> Iterator[Warehouse]:
    """The warehouse after several builds, with records between them."""
    with scenario() as warehouse:
        arrivals = Arrivals(warehouse)
        for _ in range(BUILDS):
            arrivals.receive(RECORDS_PER_BUILD)
            warehouse.build()
        yield warehouse


def writers(warehouse: Warehouse) -> dict[str, list[str]]:
    """Which transaction wrote each row of each model."""
    tables = rows(
        warehouse,
        "select table_schema || '.' || table_name as name from information_schema.columns"
        " where column_name = '_xid' and table_schema in ('extracted', 'core', 'reference')"
        " and table_name not in ('former_keys', 'withheld_rows')",  # no model's, and a view
    )
    return {
        table["name"]: [
            str(found)
            for found in rows(warehouse, f"select id, _xid from {table['name']} order by id")
        ]
        for table in tables
    }


def test_a_build_without_news_writes_nothing(lived: Warehouse) -> None:
    before = writers(lived)
    assert sum(map(len, before.values())) > 500
    dbt("run")
    assert differences_of_writers(before, writers(lived)) == []


def left_alone() -> set[str]:
    """The models that a run finds nothing new for, of those that keep tables."""
    results = dbt("run").result.results  # type: ignore[union-attr]
    return {
        each.node.name for each in results if each.adapter_response.get("_message") == "SELECT 0"
    }


def test_only_models_with_news_are_planned_and_written(lived: Warehouse) -> None:
    assert left_alone() == {node.name for node in incremental_models()}
    lived.payload("company_payloads", "quiet-widgets.example", {"name": "Quiet Widgets"})
    alone = left_alone()
    assert alone.isdisjoint({"company_firmographics", "company_observations", "companies"})
    assert alone > {"person_education", "person_profile", "case_study_champions", "people"}
    assert left_alone() == {node.name for node in incremental_models()}


def differences_of_writers(left: dict[str, list[str]], right: dict[str, list[str]]) -> list[str]:
    return [table for table in left.keys() | right.keys() if left.get(table) != right.get(table)]


def test_the_invariants_hold(lived: Warehouse) -> None:
    lived.check()


def test_a_full_refresh_changes_nothing(lived: Warehouse) -> None:
    before = lived.snapshot()
    dbt("run", "--full-refresh")
    assert differences(before, lived.snapshot()) == {}


def test_one_build_of_everything_gives_the_same(lived: Warehouse) -> None:
    assert_as_built_at_once(lived)
