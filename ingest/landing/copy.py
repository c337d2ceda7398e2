"""COPY into one table under a savepoint, and what the server's refusal of it means."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple

import msgspec
import psycopg
from psycopg import sql
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ingest.postgres.connection import Connection
from ingest.rejects import Origin, Reason, Reject

_JSONB_VERSION = b"\x01"  # first byte of a binary jsonb value

# SQLSTATE (or its class) -> what the server found wrong with a row; others are no row's fault
_REASONS = {
    "22P02": Reason.MALFORMED_JSON,
    "22021": Reason.INVALID_ENCODING,
    "22P05": Reason.INVALID_ENCODING,
    "54001": Reason.TOO_DEEP,
    "54000": Reason.TOO_LARGE,
    "22": Reason.UNSTORABLE,
    "23": Reason.UNSTORABLE,
}


class _RawJsonDumper(Dumper):
    """Sends JSON text as jsonb without looking into it."""

    format = Format.BINARY
    oid = psycopg.adapters.types["jsonb"].oid

    def dump(self, obj: msgspec.Raw) -> bytes:
        return _JSONB_VERSION + bytes(obj)


@dataclass(frozen=True)
class Target:
    """A table to land in.

    Args:
        table: Its name.
        columns: The columns that are given, in order.
        types: Their types, as PostgreSQL calls them.
        schema: Where it is.
        must_land: A row the server refuses is an error of ours, not a reject.
    """

    table: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    schema: str = "raw"
    must_land: bool = False

    def name(self) -> sql.Identifier:
        """Its name in SQL."""
        return sql.Identifier(self.schema, self.table)

    def column_list(self) -> sql.Composed:
        """The columns that are given, in SQL."""
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))

    def statement(self) -> sql.Composed:
        """The COPY that fills it."""
        return sql.SQL("copy {} ({}) from stdin (format binary)").format(
            self.name(), self.column_list()
        )


class LandingRow(NamedTuple):
    """One row: its values, and the record it was made of."""

    values: Sequence[object]
    origin: Origin
    cleaned: bool = False

    def refused(self, fault: psycopg.Error) -> Reject:
        """The row as a reject."""
        reason = reason_of(fault) or Reason.UNSTORABLE
        # the server's detail would quote the row
        words = " ".join((fault.diag.message_primary or "").split()).rstrip(".")
        return Reject(self.origin, reason, words)


@dataclass
class Chunk:
    """Rows of one table that land together.

    Args:
        target: The table.
        rows: The rows.
        size: What they take in memory, about, in bytes.
    """

    target: Target
    rows: list[LandingRow] = field(default_factory=list)
    size: int = 0


class Stream:
    """One COPY under a savepoint, which takes rows until it is ended."""

    def __init__(self, conn: Connection, chunk: Chunk) -> None:
        self.chunk = chunk
        with ExitStack() as stack:
            stack.enter_context(conn.transaction())
            cursor = stack.enter_context(conn.cursor())
            cursor.adapters.register_dumper(msgspec.Raw, _RawJsonDumper)
            self._copy = stack.enter_context(cursor.copy(chunk.target.statement()))
            self._copy.set_types(chunk.target.types)
            for row in chunk.rows:
                self.send(row)
            self._stack = stack.pop_all()

    def send(self, row: LandingRow) -> None:
        """Send one more row."""
        self._copy.write_row(row.values)

    def end(self) -> psycopg.Error | None:
        """End the COPY; the server's words if it refused the rows, all of them then.

        Raises:
            psycopg.Error: The fault is not in the rows.
        """
        try:
            self._stack.close()
        except psycopg.Error as fault:
            if reason_of(fault) is None:
                raise
            return fault
        return None

    def abandon(
        self,
        kind: type[BaseException] | None,
        fault: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Give up in the middle, because of an error elsewhere."""
        self._stack.__exit__(kind, fault, trace)


def copy_rows(conn: Connection, chunk: Chunk) -> psycopg.Error | None:
    """Copy a chunk; the server's words if it refused the rows, all of them then.

    Args:
        conn: A connection; outside any transaction, the rows are committed.
        chunk: The chunk.

    Raises:
        psycopg.Error: The fault is not in the rows.
    """
    return Stream(conn, chunk).end()


def reason_of(fault: psycopg.Error) -> Reason | None:
    """What the server found wrong with a row; None if the fault is not in the rows."""
    state = fault.sqlstate or ""
    return _REASONS.get(state) or _REASONS.get(state[:2])
