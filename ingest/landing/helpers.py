"""One large file over several connections: others COPY chunks for a load, which takes them over.

Nobody sees the rows of a transaction before its end, not even another connection of the same load.
So helpers COPY into tables of their own and commit; the load's transaction then inserts from
there. That is a fifth of the work: parsing and compressing are done, and values stay compressed.

A staging table only makes a chunk arrive faster. What the helper or the insert refuses is landed
from memory as if there were no helpers, and so every row is judged in the same way.

The tables are named after their load, and the load's transaction holds an advisory lock of the
same name. Once nobody holds it the load is over, however it ended, and the tables can go.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import replace
from queue import SimpleQueue
from uuid import UUID

import psycopg
from psycopg import sql

from ingest.landing.copy import Chunk, Target, copy_rows, reason_of
from ingest.postgres.connection import Connection
from ingest.postgres.locks import lock_of_load
from ingest.postgres.statements import statement

_PREFIX = "_staging_"
_CHUNKS_EACH = 2  # under way per helper: one is copied, one waits, so that no helper does
_PATIENCE = "1s"  # for somebody who reads a table that is to be dropped, like pg_dump


def _sql(name: str) -> sql.SQL:
    return statement("ingest.landing", name)


def drop_abandoned(conn: Connection) -> None:
    """Drop the staging tables of all loads that are over.

    What cannot be dropped now will be the next time; no load fails because of it.

    Args:
        conn: A connection outside any transaction.
    """
    with suppress(psycopg.Error):
        with conn.transaction():
            found = conn.execute(_sql("abandoned_staging")).fetchall()
        for name, load_id in found:
            with suppress(psycopg.errors.LockNotAvailable), conn.transaction():
                _drop_unless_held(conn, name, lock_of_load(UUID(load_id)))


def _drop_unless_held(conn: Connection, name: str, lock: int) -> None:
    conn.execute("select set_config('lock_timeout', %s, true)", (_PATIENCE,))
    free = conn.execute("select pg_try_advisory_xact_lock(%s)", (lock,)).fetchone()
    if free == (True,):
        table = sql.Identifier("raw", name)
        conn.execute(sql.SQL("drop table if exists {}").format(table))


class Staging:
    """Helpers of one load.

    Args:
        conn: The load's connection, whose transaction is open.
        load_id: The load.
        helpers: How many connections may help.
        connected: Opens one.
    """

    def __init__(
        self,
        conn: Connection,
        load_id: UUID,
        helpers: int,
        connected: Callable[[], AbstractContextManager[Connection]],
    ) -> None:
        self._conn = conn
        self._load_id = load_id
        self._wanted = helpers
        self._connected = connected
        self._idle: SimpleQueue[_Helper] = SimpleQueue()
        self._sent: deque[tuple[Chunk, Future[Target | None]]] = deque()
        self._most = 0
        self._open = ExitStack()
        self._pool: ThreadPoolExecutor

    def open(self) -> None:
        """Let the helpers in, the first time this is called.

        A role that may not create tables in schema raw loads without them.
        """
        wanted, self._wanted = self._wanted, 0
        if not wanted or self._conn.execute(_sql("can_stage")).fetchone() != (True,):
            return
        lock = lock_of_load(self._load_id)
        self._conn.execute("select pg_advisory_xact_lock(%s)", (lock,))
        for number in range(wanted):
            conn = self._open.enter_context(self._connected())
            self._idle.put(_Helper(conn, f"{_PREFIX}{self._load_id.hex}_{number}"))
        self._pool = self._open.enter_context(ThreadPoolExecutor(wanted))
        self._open.callback(self._pool.shutdown, wait=False, cancel_futures=True)
        self._most = wanted * _CHUNKS_EACH

    def close(self) -> None:
        """Send the helpers home; what they had not finished is given up."""
        self._open.close()

    def takes(self, target: Target) -> bool:
        """Whether a chunk of this table may be sent now."""
        return len(self._sent) < self._most and target.schema == "raw" and not target.must_land

    def send(self, chunk: Chunk) -> None:
        """Have a chunk copied; the ids of its rows ascend."""
        self._sent.append((chunk, self._pool.submit(self._stage, chunk)))

    def pending(self) -> bool:
        """Whether any chunk that was sent has not been collected."""
        return bool(self._sent)

    def collect(self, *, wait: bool) -> Iterator[tuple[Chunk, bool]]:
        """Take over what has been copied.

        Args:
            wait: Until all that was sent has been.

        Yields:
            A chunk that was sent, and whether it has landed; if not, nothing of it has.

        Raises:
            psycopg.Error: The fault is not in the rows.
        """
        while self._sent and (wait or self._sent[0][1].done()):
            chunk, copied = self._sent.popleft()
            staged = copied.result()
            yield chunk, staged is not None and self._insert(chunk, staged)

    def _stage(self, chunk: Chunk) -> Target | None:
        helper = self._idle.get()
        try:
            return helper.copy(chunk)
        finally:
            self._idle.put(helper)

    def _insert(self, chunk: Chunk, staged: Target) -> bool:
        query = _sql("take_over").format(
            table=chunk.target.name(),
            columns=chunk.target.column_list(),
            staged=staged.name(),
            id=sql.Identifier(staged.columns[0]),
        )
        first, last = (chunk.rows[n].values[0] for n in (0, -1))
        landed = False
        try:
            with self._conn.transaction():
                inserted = self._conn.execute(query, {"first": first, "last": last}).rowcount
                landed = inserted == len(chunk.rows)
                if not landed:  # a trigger or a rule has a say in it
                    raise psycopg.Rollback
        except psycopg.Error as fault:
            if reason_of(fault) is None:
                raise
            return False
        return landed


class _Helper:
    """A connection and its staging tables, one for each raw table."""

    def __init__(self, conn: Connection, name: str) -> None:
        self._conn = conn
        self._name = name
        self._tables: dict[Target, Target] = {}

    def copy(self, chunk: Chunk) -> Target | None:
        """Copy a chunk and commit; its staging table, or None if the server refused it."""
        staged = self._tables.get(chunk.target)
        if staged is None:
            staged = replace(chunk.target, table=f"{self._name}_{len(self._tables)}")
            self._create(staged)
            self._tables[chunk.target] = staged
        return staged if copy_rows(self._conn, Chunk(staged, chunk.rows)) is None else None

    def _create(self, table: Target) -> None:
        definitions = [
            sql.SQL("{} {}").format(sql.Identifier(column), sql.Identifier(type_))
            for column, type_ in zip(table.columns, table.types, strict=True)
        ]
        with self._conn.transaction():
            self._conn.execute(
                _sql("create_staging").format(
                    table=table.name(),
                    definitions=sql.SQL(", ").join(definitions),
                    id=sql.Identifier(table.columns[0]),
                )
            )
