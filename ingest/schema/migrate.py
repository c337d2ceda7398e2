"""Numbered migrations of the raw schema, each applied once and in a transaction of its own.

A migration is a file ``migrations/NNNN_name.sql`` beside this module. What was applied stands in
``raw.migrations``, written in the transaction of the migration itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import psycopg

from ingest import __version__
from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.locks import MIGRATIONS, hold
from ingest.postgres.statements import statement
from ingest.schema.owners import refuse_foreign_schemas
from ingest.terminal.screen import say

_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One step of the raw schema.

    Attributes:
        number: Its place in the order, from 1.
        name: What it does, in snake case.
        sql: The statements.
    """

    number: int
    name: str
    sql: bytes


@cache
def migrations() -> tuple[Migration, ...]:
    """The migrations this release knows, in order."""
    found = [
        Migration(int(match[1]), match[2], entry.read_bytes())
        for entry in files("ingest.schema").joinpath("migrations").iterdir()
        if (match := _FILE_NAME.fullmatch(entry.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate(conn: Connection) -> list[Migration]:
    """Apply the migrations the database lacks.

    Args:
        conn: A connection outside any transaction, not in autocommit mode.

    Returns:
        What was applied, in order; empty if the database was up to date.

    Raises:
        IngestError: The database was migrated by a newer release, a schema belongs to somebody
            else, or a migration failed; the ones before it stay applied.
    """
    applied = []
    while (step := _apply_next(conn)) is not None:
        applied.append(step)
    return applied


def require_initialised(conn: Connection) -> None:
    """Check that the raw schema is the one this release works with.

    Raises:
        IngestError: It is not there, or older or newer than this release.
    """
    with conn.transaction():
        known = _applied(conn)
        _refuse_newer(conn, known)
    if known is None:
        state = "the raw schema is not there yet"
    elif _pending(known):
        state = "the raw schema is older than this release"
    else:
        return
    raise IngestError(state, where=describe(conn), hint="run ingest init")


def _apply_next(conn: Connection) -> Migration | None:
    """Apply the first pending migration in one transaction; None if there is none."""
    with conn.transaction():
        _lock(conn)
        refuse_foreign_schemas(conn)
        known = _applied(conn)
        _refuse_newer(conn, known)
        pending = _pending(known or set())
        if not pending:
            return None
        step = pending[0]
        try:
            if known is None:
                conn.execute(statement("ingest.schema", "create_ledger"))
            conn.execute(step.sql)
        except psycopg.Error as fault:
            raise IngestError(
                f"the migration failed: {fault.diag.message_primary or fault}",
                where=f"{describe(conn)}, {step.number:04}_{step.name}",
                hint="nothing of this migration was kept; remove the cause and run ingest init",
            ) from fault
        conn.execute(
            "insert into raw.migrations (number, name, tool_version) values (%s, %s, %s)",
            (step.number, step.name, __version__),
        )
    return step


def _lock(conn: Connection) -> None:
    """Let one process migrate at a time; the lock ends with the transaction."""
    hold(conn, MIGRATIONS, lambda holder: say(f"Waiting for another ingest init ({holder}) ..."))


def _applied(conn: Connection) -> set[int] | None:
    """Numbers of the applied migrations; None if the ledger of migrations does not exist."""
    there = conn.execute("select to_regclass('raw.migrations') is not null").fetchone()
    if there != (True,):
        return None
    return {number for (number,) in conn.execute("select number from raw.migrations")}


def _pending(known: set[int]) -> list[Migration]:
    return [step for step in migrations() if step.number not in known]


def _refuse_newer(conn: Connection, known: set[int] | None) -> None:
    newest = max((step.number for step in migrations()), default=0)
    if known and max(known) > newest:
        raise IngestError(
            f"the raw schema was made by a newer release (migration {max(known)}, "
            f"this release knows {newest})",
            where=describe(conn),
            hint="upgrade hq-warehouse",
        )
