"""Landing: rows go into their raw tables by COPY, and one bad row takes none of the others along.

Rows are sent while the next ones are read, so that the server and this process work at the same
time. Every few megabytes the COPY is ended under a savepoint. When the server refuses such a
chunk, it is sent again in halves until the guilty rows are found: they become rejects, which wait
in ``Landing.refused`` for somebody to take them.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import NamedTuple, Self
from uuid import UUID

from ingest.landing.copy import Chunk, LandingRow, Stream, Target
from ingest.landing.helpers import Staging
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.rejects import Reject

CHUNK_SIZE = 4_000_000  # bytes of rows under one savepoint
_ROW_OVERHEAD = 500  # bytes that a row held in memory takes beside its text


class Result(NamedTuple):
    """A row that came back for a record that was sent out."""

    delivery_id: UUID
    table: str
    row_id: UUID


class Landing:
    """Lands rows on a connection whose transaction is open; a context manager.

    One table's rows are under way at a time; those of other tables wait until there are enough of
    them, or for ``flush``. Leaving the context because of an error gives up what is under way.

    Args:
        conn: The connection; nothing else may use it between the first ``add`` and ``flush``.
        staging: Other connections that help once there is more than one chunk.

    Attributes:
        refused: Rows that the server refused, for the caller to take out; they are found some
            time after they were added.
        landed: Rows landed so far, by table.
        cleaned: How many of them had been cleaned.
        results: Rows that came back for what was sent out.
    """

    def __init__(self, conn: Connection, staging: Staging | None = None) -> None:
        self._conn = conn
        self._staging = staging
        self._chunks: dict[Target, Chunk] = {}
        self._stream: Stream | None = None
        self.refused: deque[Reject] = deque()
        self.landed: Counter[str] = Counter()
        self.cleaned = 0
        self.results: list[Result] = []

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
            stream, self._stream = self._stream, None
            if fault is not None and stream is not None:
                stream.abandon(kind, fault, trace)

    def add(self, target: Target, row: LandingRow) -> None:
        """Land a row, now or a little later."""
        chunk = self._chunks.get(target)
        if chunk is None:
            chunk = self._chunks[target] = Chunk(target)
        chunk.rows.append(row)
        chunk.size += len(row.origin.raw) + _ROW_OVERHEAD
        if self._stream is None:
            if not self._sendable(chunk):
                self._stream = Stream(self._conn, chunk)
        elif self._stream.chunk is chunk:
            self._stream.send(row)
        if chunk.size >= CHUNK_SIZE:
            self._finish(chunk)
            if self._staging:
                self._staging.open()

    def flush(self) -> None:
        """Land everything that is held back or under way."""
        while self._chunks:
            self._finish(next(iter(self._chunks.values())))
        self._collect(wait=True)

    def close_deliveries(self, results: Iterable[Result]) -> None:
        """Note which rows are results of what was sent out; the first one of each stays.

        To be called when all is flushed. A delivery that nobody knows is somebody else's.
        """
        found = list(results)
        self.results += found
        if found:
            ids, tables, rows = map(list, zip(*found, strict=True))
            self._conn.execute(
                statement("ingest.landing", "close_deliveries"),
                {"deliveries": ids, "tables": tables, "rows": rows},
            )

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
                self._settle(Stream(self._conn, chunk))
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
                self._settle(Stream(self._conn, chunk))

    def _settle(self, stream: Stream) -> None:
        """End a COPY; of a refused one, land all rows but those that the server cannot take."""
        chunk = stream.chunk
        fault = stream.end()
        if fault is None:
            self._count(chunk)
        elif chunk.target.must_land:
            raise fault
        elif len(chunk.rows) == 1:
            self.refused.append(chunk.rows[0].refused(fault))
        else:
            middle = len(chunk.rows) // 2
            for half in (chunk.rows[:middle], chunk.rows[middle:]):
                self._settle(Stream(self._conn, Chunk(chunk.target, half)))

    def _count(self, chunk: Chunk) -> None:
        self.landed[chunk.target.table] += len(chunk.rows)
        self.cleaned += sum(row.cleaned for row in chunk.rows)
