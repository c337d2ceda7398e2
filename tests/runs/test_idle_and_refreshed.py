"""After some builds: one without news writes nothing, and a full refresh changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.history.arrivals import Arrivals
from tests.support.scenario import rows, scenario
from tests.support.scratch import Parameters
from tests.support.warehouse import Warehouse, assert_as_built_at_once, dbt, differences

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
