"""Databases for tests that work as the roles of the warehouse.

The roles belong to the server, which others may use at the same time: they go with the last
session whose tests use them, and only if no database of somebody else's does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from dbt.cli.main import dbtRunnerResult

from ingest.cli import cli
from ingest.postgres.connection import Connection
from tests.support.scratch import Parameters, Scratch, use
from tests.support.warehouse import dbt

ROLES = ("hq_loader", "hq_builder", "hq_analyst", "hq_api", "hq_sender", "hq_privacy")
LOADER, BUILDER, ANALYST, SERVICE, SENDER, PRIVACY = ROLES

_USERS = 0x4851_7E57  # advisory lock in database postgres: sessions that use the roles share it


@dataclass(frozen=True)
class Place:
    """A database, seen by whom one likes.

    Args:
        parameters: libpq parameters of the database, as the user who runs the tests.
    """

    parameters: Parameters

    @property
    def name(self) -> str:
        return self.parameters["dbname"]

    def as_role(self, role: str | None) -> Parameters:
        """The parameters for somebody who works as a role; None is who runs the tests."""
        options = {} if role is None else {"options": f"-c role={role}"}
        return {**self.parameters, **options}

    def ingest(self, *words: str, role: str | None = None) -> Result:
        """An ingest command as a role."""
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(monkeypatch, self.as_role(role))
            return CliRunner().invoke(cli, words, standalone_mode=False)

    def init(self, *options: str, role: str | None = None) -> Any:
        """What `ingest init --json` says of roles and rights."""
        result = self.ingest("init", "--json", *options, role=role)
        if result.exception is not None:
            raise result.exception
        return json.loads(result.stdout)["access"]

    def dbt(self, *words: str, role: str | None = None, may_fail: bool = False) -> dbtRunnerResult:
        """A dbt command as a role."""
        with pytest.MonkeyPatch.context() as monkeypatch:
            use(monkeypatch, self.as_role(role))
            return dbt(*words, may_fail=may_fail)

    @contextmanager
    def connected(self, role: str | None = None) -> Iterator[Connection]:
        with psycopg.connect(**self.as_role(role)) as conn:  # type: ignore[arg-type]
            yield conn

    def all(self, query: str, *values: Any, role: str | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with self.connected(role) as conn:
            return conn.execute(query.encode(), values or None).fetchall()

    def execute(self, statement: str, role: str | None = None) -> None:
        """A statement, committed."""
        with self.connected(role) as conn:
            conn.execute(statement.encode())


@contextmanager
def places(scratch: Scratch, server: Parameters) -> Iterator[Callable[[], Place]]:
    """A factory of empty databases, which go at the end, because they need the roles."""
    made: list[str] = []
    settings: dict[str, Any] = {**server, "dbname": "postgres"}
    with psycopg.connect(**settings, autocommit=True) as admin:
        rights = admin.execute("select rolsuper from pg_roles where rolname = current_user")
        if rights.fetchone() != (True,):
            pytest.skip("roles are the server's, and its superuser's to make")
        admin.execute("select pg_advisory_lock_shared(%s)", (_USERS,))

        def make() -> Place:
            parameters = scratch.create()
            made.append(parameters["dbname"])
            return Place(parameters)

        yield make
        for name in made:
            admin.execute(f"drop database {name} with (force)".encode())
        admin.execute("select pg_advisory_unlock_shared(%s)", (_USERS,))
        _drop_unused_roles(admin)


def _drop_unused_roles(admin: Connection) -> None:
    alone = admin.execute("select pg_try_advisory_lock(%s)", (_USERS,)).fetchone()
    if alone == (True,):
        try:
            admin.execute(f"drop role if exists {', '.join(ROLES)}".encode())
        except psycopg.errors.DependentObjectsStillExist:
            return  # somebody's own database uses them
