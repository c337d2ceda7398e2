"""A run that is killed, at any moment, leaves each model as it was or as it was to be."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

import pytest

from tests.support.history.arrivals import Arrivals
from tests.support.processes import wait_for, wait_until_gone
from tests.support.runs import (
    END,
    MIDDLE,
    MOMENTS,
    RECORDS,
    START,
    Runs,
    drop_built,
    held,
    kill_when_held,
    levels,
    models,
    names,
    remembered,
    wait_until_held,
)
from tests.support.warehouse import NO_TESTS, Warehouse, assert_as_built_at_once, dbt


@pytest.mark.long
@pytest.mark.usefixtures("stale")
@pytest.mark.parametrize(
    "moments",
    [
        pytest.param(MOMENTS, id="in-turn"),
        *(pytest.param((moment,), id=moment, marks=pytest.mark.long) for moment in MOMENTS),
    ],
)
def test_each_model_is_as_before_the_run_and_the_next_one_completes_it(
    warehouse: Warehouse,
    runs: Runs,
    moments: tuple[str, ...],
    record_property: Callable[[str, object], None],
) -> None:
    killed = 0
    for level, moment in zip(levels(), cycle(moments), strict=False):
        before = remembered(warehouse, level)
        words = ("run", "--threads", str(len(level)), "--select", *names(level))
        kill_when_held(warehouse, runs, level, moment, *words, count=len(level))
        assert remembered(warehouse, level) == before
        killed += len(level)
        dbt("run", "--select", *names(level))
        after = remembered(warehouse, level)
        assert [name for name in after if after[name][0] == before[name][0]] == []
    assert killed == len(models()) >= 20
    record_property("killed", killed)
    assert_as_built_at_once(warehouse)


@pytest.mark.long
@pytest.mark.usefixtures("stale")
def test_killed_again_and_again_without_a_run_that_ends(warehouse: Warehouse, runs: Runs) -> None:
    for level, moment in zip(levels()[1:], (END, MIDDLE, START), strict=False):
        kill_when_held(warehouse, runs, level, moment, "run")
    warehouse.build()
    assert_as_built_at_once(warehouse)


@pytest.mark.long
@pytest.mark.usefixtures("stale")
def test_a_full_refresh_killed_half_way(warehouse: Warehouse, runs: Runs) -> None:
    kill_when_held(warehouse, runs, levels()[2], MIDDLE, "run", "--full-refresh")
    warehouse.build()
    assert_as_built_at_once(warehouse)


@pytest.mark.usefixtures("stale")
@pytest.mark.long
def test_a_model_that_loses_its_connection_fails_alone(warehouse: Warehouse, runs: Runs) -> None:
    first, *_ = levels()[1]
    before = remembered(warehouse, [first])
    with held([first], MIDDLE):
        run = runs.start("run")
        (pid,) = wait_until_held(warehouse.conn, run, 1)
        warehouse.one("select pg_terminate_backend(%s)", pid)
        assert run.end() == 1
    assert "ERROR=1" in run.said()
    assert remembered(warehouse, [first]) == before
    warehouse.build()
    assert_as_built_at_once(warehouse)


@pytest.mark.long
@pytest.mark.parametrize(
    "tables_there", [(16,), pytest.param((4, 12, 18, 24, 30), marks=pytest.mark.long)]
)
def test_a_first_build_killed_at_more_and_more_tables(
    warehouse: Warehouse, runs: Runs, tables_there: tuple[int, ...]
) -> None:
    Arrivals(warehouse).receive(RECORDS)
    tables = (
        "select count(*) from pg_tables"
        " where schemaname = any(array['extracted', 'core', 'reference'])"
    )
    drop_built(warehouse.conn)
    for many in tables_there:
        run = runs.start("build", *NO_TESTS)
        wait_for(
            warehouse.conn,
            lambda many=many, run=run: run.is_over() or warehouse.one(tables) >= (many,),  # type: ignore[misc]
            f"{many} tables",
        )
        assert run.kill()
        wait_until_gone(warehouse.conn, "dbt")
    dbt("build", *NO_TESTS)
    assert_as_built_at_once(warehouse)
