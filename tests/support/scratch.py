"""Scratch databases on the server of the environment, and the variables that name them."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count

import psycopg
import pytest

from ingest.postgres.connection import Connection, environment_for

Parameters = dict[str, str]
NewDatabase = Callable[..., Parameters]

# what every database needs, as options of create database: the same letters in lower case
# everywhere; PostgreSQL has a locale of its own for that since 17
_FIT_17 = "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
_FIT_16 = "encoding 'UTF8' locale 'C.UTF-8'"


class Scratch:
    """Databases made on one server for this session, and dropped after it.

    Args:
        parameters: libpq parameters of the server.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self._numbers = count()
        self._made: list[str] = []

    def create(self, options: str | None = None, name: str | None = None) -> Parameters:
        """An empty database.

        Args:
            options: Take the place of the usual ones (encoding, locale).
            name: Its name, if it takes the place of one that was made before.
        """
        with self._admin() as conn:
            if options is None:
                options = _FIT_17 if conn.info.server_version >= 170000 else _FIT_16
            if name is None:
                name = f"hq_test_{os.getpid()}_{next(self._numbers)}"
            else:
                conn.execute(f"drop database if exists {name} with (force)".encode())
            statement = f"create database {name} template template0 {options}"
            conn.execute(statement.encode())
        self._made.append(name)
        return {**self.parameters, "dbname": name}

    def drop_all(self) -> None:
        with self._admin() as conn:
            for name in self._made:
                conn.execute(f"drop database if exists {name} with (force)".encode())

    def session(self, parameters: Parameters) -> Connection:
        """A session as the server has it, in autocommit mode."""
        return psycopg.connect(**parameters, autocommit=True)  # type: ignore[arg-type]

    def _admin(self) -> Connection:
        return self.session({**self.parameters, "dbname": "postgres"})


def use(monkeypatch: pytest.MonkeyPatch, parameters: Parameters) -> None:
    """Point libpq's variables at a database, in this process and the ones it starts."""
    environment = environment_for(parameters)
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
