"""Shared fixtures: a scratch database on whatever server the environment names.

Without PG variables that is the embedded server of the checkout. One database serves the whole
session, because building one takes longer than emptying it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.postgres.connection import Connection, connect, connection_parameters
from ingest.schema.migrate import migrate
from tests.support.emptying import empty_raw
from tests.support.history.arrivals import Arrivals
from tests.support.inherited import put_aside
from tests.support.quiet_dbt import quiet_dbt
from tests.support.role_place import Place, places
from tests.support.runs import RECORDS, Runs
from tests.support.scratch import NewDatabase, Parameters, Scratch, use
from tests.support.warehouse import NO_TESTS, Warehouse, dbt

# what takes minutes goes first, so that no worker is left with it in the end
_HEAVY = ("properties", "runs", "access", "test_seeds.py", "test_demo.py")


def pytest_configure() -> None:
    """Before any module is imported: some look at the environment at once."""
    put_aside()
    quiet_dbt()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; the order within a folder stays."""

    def place(item: pytest.Item) -> int:
        return next((n for n, name in enumerate(_HEAVY) if name in item.path.parts), len(_HEAVY))

    items.sort(key=place)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Scratch]:
    """Where a module gets a database of its own."""
    made = Scratch(connection_parameters())
    yield made
    made.drop_all()


@pytest.fixture(scope="session", autouse=True)
def server(scratch: Scratch) -> Iterator[Parameters]:
    """libpq parameters of the session's scratch database; PG variables name it meanwhile.

    For every test: a module with a server of its own comes back to these variables.
    """
    parameters = scratch.create()
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, parameters)
        yield parameters


@pytest.fixture
def db(server: Parameters, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to the scratch database: `ingest init` done, raw tables empty."""
    use(monkeypatch, server)
    with connect(application_name="tests") as conn:
        migrate(conn)
        empty_raw(conn)
        yield conn


@pytest.fixture(scope="session")
def _built(server: Parameters) -> Parameters:
    """The session's database with functions, seeds and (empty) models, built once."""
    with connect(application_name="tests") as conn:
        migrate(conn)
        empty_raw(conn)
    dbt("build", *NO_TESTS)
    return server


@pytest.fixture
def warehouse(_built: Parameters, db: Connection) -> Warehouse:
    """A built warehouse without a row in raw or in any model, as after a first build."""
    made = Warehouse(db)
    made.empty()
    return made


@pytest.fixture
def stale(warehouse: Warehouse) -> Warehouse:
    """A warehouse that was built once, with records that came since."""
    arrivals = Arrivals(warehouse)
    arrivals.receive(RECORDS)
    warehouse.build()
    arrivals.receive(RECORDS)
    return warehouse


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """Starts dbt in processes of their own."""
    return Runs(tmp_path)


@pytest.fixture(scope="session")
def manifest(server: Parameters) -> dict[str, Any]:
    """The project as dbt understands it."""
    assert server
    result = dbt("parse").result
    return result.to_dict(omit_none=False)  # type: ignore[union-attr]


@pytest.fixture
def new_database(
    server: Parameters,  # noqa: ARG001 - its variables come back when the test ends
    scratch: Scratch,
    monkeypatch: pytest.MonkeyPatch,
) -> NewDatabase:
    """A factory of empty databases, not initialised; PG variables name the newest one.

    Its argument replaces the usual options of ``create database`` (encoding, locale).
    """

    def make(options: str | None = None) -> Parameters:
        parameters = scratch.create(options)
        use(monkeypatch, parameters)
        return parameters

    return make


@pytest.fixture(scope="module")
def new_place(scratch: Scratch, server: Parameters) -> Iterator[Callable[[], Place]]:
    """A factory of empty databases for the roles of the warehouse."""
    with places(scratch, server) as make:
        yield make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Makes a file of a text or of bytes, under a name of its own if one is given."""

    def make(content: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make
