"""Shared fixtures: a scratch database on whatever server the environment names.

Without PG variables that is the embedded server of the checkout. One database serves the whole
session, because dbt parses the project anew whenever the host or database changes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count

import psycopg
import pytest
from psycopg import sql
from warehouse import Warehouse, dbt

from ingest.connection import (
    Connection,
    connect,
    connection_parameters,
    environment_for,
)
from ingest.migrate import migrate

Parameters = dict[str, str]

# what every database needs, as options of create database: the same letters in lower case
# everywhere; PostgreSQL has a locale of its own for that since 17
_FIT_17 = "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
_FIT_16 = "encoding 'UTF8' locale 'C.UTF-8'"


# modules that take minutes; they go first, so that no worker is left with one in the end
_HEAVY = ("test_runs_", "test_empty_database", "test_roles", "test_semantics_seeds", "test_demo")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; the order within a module stays."""
    items.sort(
        key=lambda item: (
            "properties" not in item.path.parts and not item.path.name.startswith(_HEAVY)
        )
    )


class _Scratch:
    """Databases made on one server for this session, and dropped after it."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._numbers = count()
        self._made: list[str] = []

    def create(self, options: str | None = None) -> Parameters:
        with self._admin() as conn:
            if options is None:
                options = _FIT_17 if conn.info.server_version >= 170000 else _FIT_16
            name = f"hq_test_{os.getpid()}_{next(self._numbers)}"
            statement = f"create database {name} template template0 {options}"
            conn.execute(statement.encode())
        self._made.append(name)
        return {**self.parameters, "dbname": name}

    def drop_all(self) -> None:
        with self._admin() as conn:
            for name in self._made:
                conn.execute(f"drop database if exists {name} with (force)".encode())

    def _admin(self) -> Connection:
        settings = {**self.parameters, "dbname": "postgres"}
        return psycopg.connect(**settings, autocommit=True)  # type: ignore[arg-type]


def use(monkeypatch: pytest.MonkeyPatch, parameters: Parameters) -> None:
    """Point libpq's variables at a database, in this process and the ones it starts."""
    environment = environment_for(parameters)
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def _scratch() -> Iterator[_Scratch]:
    scratch = _Scratch(connection_parameters())
    yield scratch
    scratch.drop_all()


@pytest.fixture(scope="session", autouse=True)
def server(_scratch: _Scratch) -> Iterator[Parameters]:
    """libpq parameters of the session's scratch database; PG variables name it meanwhile.

    For every test: a module with a server of its own comes back to these variables.
    """
    parameters = _scratch.create()
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(monkeypatch, parameters)
        yield parameters


@pytest.fixture
def db(server: Parameters, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A connection to the scratch database: `ingest init` done, raw tables empty."""
    use(monkeypatch, server)
    with connect(application_name="tests") as conn:
        migrate(conn)
        _empty_raw(conn)
        yield conn


@pytest.fixture(scope="session")
def _built(server: Parameters) -> Parameters:
    """The session's database with functions, seeds and (empty) models, built once."""
    with connect(application_name="tests") as conn:
        migrate(conn)
        _empty_raw(conn)
    dbt("build", "--exclude", "test_type:data", "test_type:unit")
    return server


@pytest.fixture
def warehouse(_built: Parameters, db: Connection) -> Warehouse:
    """A built warehouse without a row in raw or in any model, as after a first build."""
    made = Warehouse(db)
    made.empty()
    return made


@pytest.fixture
def new_database(
    server: Parameters,  # noqa: ARG001 - its variables come back when the test ends
    _scratch: _Scratch,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str | None], Parameters]:
    """A factory of empty databases, not initialised; PG variables name the newest one.

    Its argument replaces the usual options of ``create database`` (encoding, locale).
    """

    def make(options: str | None = None) -> Parameters:
        parameters = _scratch.create(options)
        use(monkeypatch, parameters)
        return parameters

    return make


def _empty_raw(conn: Connection) -> None:
    tables = conn.execute(
        "select tablename from pg_tables where schemaname = 'raw' and tablename <> 'migrations'"
    ).fetchall()
    # a test that left a transaction open shall fail the next one, not hang it
    conn.execute("set local lock_timeout = '20s'")
    names = sql.SQL(", ").join(sql.Identifier("raw", name) for (name,) in tables)
    conn.execute(sql.SQL("truncate {}").format(names))
    conn.commit()
