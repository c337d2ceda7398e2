"""How dbt engineers run a part of a project: slim CI, and schedulers with a task for each model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.properties.projects import copied
from tests.support.database import assert_quiet
from tests.support.warehouse import (
    Warehouse,
    assert_as_built_at_once,
    dbt,
    nodes,
    parsed_project,
)

DEV = "slim"
DBT = Path(sys.executable).with_name("dbt")
CHANGED = "models/extracted/people/person_discovery.sql"


def models_in_order() -> list[str]:
    """Names of the models, each behind those that it reads."""
    models = {node["unique_id"]: node for node in nodes(parsed_project().to_dict(), "model")}
    upstream = {
        unique_id: {other for other in node["depends_on"]["nodes"] if other in models}
        for unique_id, node in models.items()
    }
    return [models[unique_id]["name"] for unique_id in TopologicalSorter(upstream).static_order()]


@pytest.mark.long
def test_a_task_for_each_model_makes_the_tables_of_one_run(stale: Warehouse) -> None:
    dbt("build", "--resource-type", "seed", "--resource-type", "function")
    for name in models_in_order():
        dbt("run", "--select", name)
    assert_as_built_at_once(stale)


@pytest.fixture
def with_dev_schemas(stale: Warehouse) -> Iterator[Warehouse]:
    """A warehouse that has read all there is; what a developer's run makes beside it goes."""
    stale.build()
    yield stale
    stale.conn.rollback()
    found = stale.all("select nspname from pg_namespace where starts_with(nspname, %s)", DEV)
    for (schema,) in found:
        stale.conn.execute(f"drop schema {schema} cascade".encode())
    stale.conn.commit()


@pytest.mark.long
def test_a_changed_model_is_built_and_tested_beside_production(
    with_dev_schemas: Warehouse, tmp_path: Path
) -> None:
    """What did not change is read where it is, functions and seeds included."""
    warehouse = with_dev_schemas
    project, state = copied(tmp_path / "changed"), tmp_path / "state"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [DBT, *words],
            cwd=project.folder,
            env={**os.environ, "HQ_DEV_SCHEMA": DEV},
            capture_output=True,
            text=True,
            check=False,
        )

    assert_quiet(run("parse"))
    state.mkdir()
    shutil.copy(project.folder / "target" / "manifest.json", state)
    before = warehouse.snapshot()
    project.replace(CHANGED, "{{ written_by() }} as _xid", "{{ written_by() }}::xid8 as _xid")

    done = run(
        "build", "--target", "dev", "--select", "state:modified+", "--defer", "--state", str(state)
    )

    assert_quiet(done)
    made = {
        name
        for (name,) in warehouse.all(
            "select schemaname from pg_tables where tablename = 'person_discovery'"
        )
    }
    assert made == {"raw", "extracted", f"{DEV}_extracted"}
    rows = "select id, linkedin_url, full_name from {}extracted.person_discovery order by id"
    assert warehouse.all(rows.format(f"{DEV}_")) == warehouse.all(rows.format("")) != []
    assert warehouse.snapshot() == before
