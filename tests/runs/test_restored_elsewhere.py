"""A warehouse that is dumped and restored into another server goes on as if it had stayed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.postgres import embedded
from ingest.postgres.cluster import Cluster
from ingest.postgres.connection import connect, connection_parameters, environment_for
from tests.support.history.arrivals import Arrivals
from tests.support.ingesting import status
from tests.support.runs import RECORDS, START, Runs, held, models, remembered, wait_until_held
from tests.support.scratch import Parameters, use
from tests.support.warehouse import Warehouse, assert_as_built_at_once, differences

ELSEWHERE = "it was read on another server"


@pytest.fixture(scope="module")
def programs() -> Path:
    """PostgreSQL's programs, of a version that can dump the server the tests use."""
    try:
        folder = embedded.programs()
    except IngestError as fault:
        pytest.skip(fault.sentence())
    if not (folder / "pg_dump").exists() or not (folder / "pg_restore").exists():
        pytest.skip("the embedded PostgreSQL has no pg_dump and pg_restore")
    with connect() as conn:
        newest = conn.info.server_version // 10_000
    if newest > embedded._MAJOR:
        pytest.skip(f"pg_dump {embedded._MAJOR} cannot dump a server of version {newest}")
    return folder


@pytest.fixture(scope="module")
def other_server(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parameters]:
    """A server that has never seen the warehouse."""
    cluster = Cluster(tmp_path_factory.mktemp("other") / ".postgres", lambda: programs, 18)
    yield cluster.ensure_running()
    cluster.stop()


@pytest.fixture
def arrivals(warehouse: Warehouse) -> Arrivals:
    return Arrivals(warehouse)


def run(program: Path, parameters: Parameters, *words: str | Path) -> None:
    environment = environment_for(parameters)
    done = subprocess.run(
        [program, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def restored(
    arrivals: Arrivals, runs: Runs, programs: Path, other_server: Parameters, tmp_path: Path
) -> Parameters:
    """Where the warehouse is restored, from a dump that was taken while a run was under way."""
    warehouse = arrivals.warehouse
    arrivals.receive(RECORDS)
    warehouse.build()
    arrivals.receive(RECORDS)
    here = connection_parameters()
    name, dump = here["dbname"], tmp_path / "dump"
    with held(models()[:2], START):
        under_way = runs.start("run")
        wait_until_held(warehouse.conn, under_way, 1)
        run(programs / "pg_dump", here, "--format=custom", "--no-owner", "--file", dump)
    under_way.succeed()
    fit = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    run(programs / "createdb", other_server, "--template=template0", *fit, name)
    there = {**other_server, "dbname": name}
    run(programs / "pg_restore", there, "--no-owner", "--dbname", name, dump)
    return there


@pytest.mark.long
def test_loaded_and_run_as_if_never_moved(
    warehouse: Warehouse, arrivals: Arrivals, restored: Parameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    stayed = warehouse.snapshot()
    use(monkeypatch, restored)
    with connect(application_name="tests") as conn:
        moved = Warehouse(conn)
        assert_foreign(moved)
        assert {table["rescan"] for table in status()["built"]} == {ELSEWHERE}
        moved.build()
        assert differences(stayed, moved.snapshot()) == {}
        assert_at_rest(moved)

        arrivals.warehouse = moved
        arrivals.receive(RECORDS)
        moved.build()
        assert_at_rest(moved)
        assert_as_built_at_once(moved)


def assert_foreign(moved: Warehouse) -> None:
    """Rows bear transactions that are still to come on this server: the hard case."""
    assert moved.one(
        "select count(*) > 0 from raw.person_payloads"
        " where _xid >= pg_snapshot_xmax(pg_current_snapshot())"
    ) == (True,)


def assert_at_rest(moved: Warehouse) -> None:
    """Nothing is left to read, not even in appearance, and nothing is written again."""
    found = status()
    assert found["untransformed"] == 0
    assert {table["name"]: table["unseen"] for table in found["built"] if table["unseen"]} == {}
    before = written(moved)
    moved.build()
    assert written(moved) == before


def written(warehouse: Warehouse) -> dict[str, object]:
    return {name: rows for name, (_, rows) in remembered(warehouse).items()}
