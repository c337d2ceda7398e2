"""Landing: rows go into their raw tables by COPY, and one bad row takes none of the others along.

Rows are sent while the next ones are read, so that the server and this process work at the same
time. Every few megabytes the COPY is ended under a savepoint. When the server refuses such a
chunk, it is sent again in halves until the guilty rows are found: they become rejects.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

import msgspec
import psycopg
from psycopg import sql
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ingest.connection import Connection
from ingest.rejects import Reason, Reject

if TYPE_CHECKING:
    from ingest.staging import Staging

CHUNK_SIZE = 4_000_000  # bytes of rows under one savepoint
_ROW_OVERHEAD = 500  # bytes that a row held in memory takes beside its text

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
    """One row: its values, and what to call it if the server refuses it."""

    values: Sequence[object]
    line: int
    raw: bytes
    cleaned: bool = False
    offset: int | None = None
    batch_slug: str | None = None

    def refused(self, fault: psycopg.Error) -> Reject:
        """The row as a reject."""
        reason = reason_of(fault) or Reason.UNSTORABLE
        # the server's detail would quote the row
        words = " ".join((fault.diag.message_primary or "").split()).rstrip(".")
        return Reject(self.line, reason, words, self.raw, self.offset, self.batch_slug)


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


class Landing:
    """Lands rows on a connection whose transaction is open; a context manager.

    Leaving it without an error lands what is still held back. One table's rows are under way at
    a time; those of other tables wait until there are enough of them.

    Args:
        conn: The connection; nothing else may use it inside of the context.
        refuse: Called with each row the server refused; may call ``add``.
        staging: Other connections that help once there is more than one chunk.

    Attributes:
        landed: Rows landed so far, by table.
        cleaned: How many of them had been cleaned.
    """

    def __init__(
        self,
        conn: Connection,
        refuse: Callable[[Reject], None],
        staging: Staging | None = None,
    ) -> None:
        self._conn = conn
        self._refuse = refuse
        self._staging = staging
        self._chunks: dict[Target, Chunk] = {}
        self._stream: _Stream | None = None
        self._refused: list[Reject] = []
        self.landed: Counter[str] = Counter()
        self.cleaned = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as stack:
            if self._staging:
                stack.callback(self._staging.close)
            if fault is not None:
                self._abandon(kind, fault, trace)
                return
            try:
                self._flush()
            except BaseException as failure:
                self._abandon(type(failure), failure, failure.__traceback__)
                raise

    def add(self, target: Target, row: LandingRow) -> None:
        """Land a row, now or a little later."""
        chunk = self._chunks.get(target)
        if chunk is None:
            chunk = self._chunks[target] = Chunk(target)
        chunk.rows.append(row)
        chunk.size += len(row.raw) + _ROW_OVERHEAD
        if self._stream is None:
            if not self._sendable(chunk):
                self._stream = _Stream(self._conn, chunk)
        elif self._stream.chunk is chunk:
            self._stream.send(row)
        if chunk.size >= CHUNK_SIZE:
            self._finish(chunk)
            if self._staging:
                self._staging.open()
            self._report_refused()

    def _flush(self) -> None:
        """Land everything held back; what is refused meanwhile adds rejects, hence the loop."""
        while self._chunks or (self._staging and self._staging.pending()):
            if self._chunks:
                self._finish(next(iter(self._chunks.values())))
            else:
                self._collect(wait=True)
            self._report_refused()

    def _finish(self, chunk: Chunk) -> None:
        streamed = self._stream
        if streamed is not None:
            self._stream = None
            del self._chunks[streamed.chunk.target]
            self._settle(streamed)
        if streamed is None or streamed.chunk is not chunk:
            del self._chunks[chunk.target]
            # what remains at the end is not worth the way round
            if self._staging and self._sendable(chunk) and chunk.size >= CHUNK_SIZE:
                self._staging.send(chunk)
            else:
                self._settle(_Stream(self._conn, chunk))
        self._collect()

    def _sendable(self, chunk: Chunk) -> bool:
        """Whether a helper gets the chunk; until it is full, its rows are only held then."""
        return self._staging is not None and self._staging.takes(chunk.target)

    def _collect(self, *, wait: bool = False) -> None:
        """Count what helpers have copied and the load has taken over; land the rest from here."""
        for chunk, landed in self._staging.collect(wait=wait) if self._staging else ():
            if landed:
                self._count(chunk)
            else:
                self._settle(_Stream(self._conn, chunk))

    def _settle(self, stream: _Stream) -> None:
        """End a COPY; of a refused one, land all rows but those that the server cannot take."""
        chunk = stream.chunk
        fault = stream.end()
        if fault is None:
            self._count(chunk)
        elif chunk.target.must_land:
            raise fault
        elif len(chunk.rows) == 1:
            self._refused.append(chunk.rows[0].refused(fault))
        else:
            middle = len(chunk.rows) // 2
            for half in (chunk.rows[:middle], chunk.rows[middle:]):
                self._settle(_Stream(self._conn, Chunk(chunk.target, half)))

    def _count(self, chunk: Chunk) -> None:
        self.landed[chunk.target.table] += len(chunk.rows)
        self.cleaned += sum(row.cleaned for row in chunk.rows)

    def _report_refused(self) -> None:
        refused, self._refused = self._refused, []
        for reject in refused:
            self._refuse(reject)

    def _abandon(
        self,
        kind: type[BaseException] | None,
        fault: BaseException,
        trace: TracebackType | None,
    ) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.abandon(kind, fault, trace)


class _Stream:
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
    return _Stream(conn, chunk).end()


def reason_of(fault: psycopg.Error) -> Reason | None:
    """What the server found wrong with a row; None if the fault is not in the rows."""
    state = fault.sqlstate or ""
    return _REASONS.get(state) or _REASONS.get(state[:2])
