"""The connections of the service, and how what the database says becomes a problem."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any

import psycopg
from psycopg import AsyncConnection, sql
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from hq_api.problems import ProblemError
from ingest.postgres.connection import connection_parameters
from ingest.postgres.session import settled

# a login that may do more does no more than the service, where this database uses the roles
_BECOME_SERVICE = """
    select set_config('role', rolname, false)
    from pg_roles
    where
        rolname = 'hq_api'
        and pg_has_role(oid, 'set')
        and has_schema_privilege(oid, to_regnamespace('api')::oid, 'usage')
"""
_CONNECT_SECONDS = "5"
_POOL_SECONDS = 5.0  # how long a request waits for a connection
_EXPORTS = 2  # streams at a time; each holds a connection as long as its caller reads
_RETRY_SECONDS = "2"
_KEPT_PLANS = 300  # statements of a connection whose plans are kept

# Few rows are wanted, along an index. Compiling takes longer than reading them, and so do starting
# workers and a merge, which reads one of its sides from the beginning up to where a page is.
_FOR_FEW_ROWS = {
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "enable_mergejoin": "off",
}
# All rows are read, once for everybody who asks.
_OF_EVERYTHING = ("set local max_parallel_workers_per_gather to default",)
_TIMES_AS_LONG = 3
# What is asked in the same words with other values is planned once for a connection: making the
# plan takes longer than the answer, and it is the same for all values.
_PLANNED_ONCE = {**_FOR_FEW_ROWS, "plan_cache_mode": "force_generic_plan"}
# The planner plans each query of a union for all of its rows, and would sort them for a page.
_IN_ORDER = {**_PLANNED_ONCE, "enable_sort": "off"}

_NOT_SET_UP = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)

_log = logging.getLogger("hq_api")

_Pool = AsyncConnectionPool[AsyncConnection[TupleRow]]

Query = sql.SQL | sql.Composed
Values = Sequence[object] | Mapping[str, object]


def session_named(name: str) -> dict[str, str]:
    """What a connection of the service is opened with.

    Args:
        name: How it shows up in ``pg_stat_activity``.

    Raises:
        IngestError: The embedded server cannot be started.
    """
    return {
        **connection_parameters(),
        "application_name": name,
        "client_encoding": "utf8",
        "connect_timeout": _CONNECT_SECONDS,
    }


class _LostError(psycopg.OperationalError):
    """The connection was lost under way."""


class Database:
    """Reads for the service, in sessions that can do nothing else.

    Args:
        connections: How many connections answers share.
        answer_seconds: How long a statement may take unless it is told otherwise.
    """

    def __init__(self, connections: int, answer_seconds: float) -> None:
        self._answer_ms = int(answer_seconds * 1000)
        few = max(2, connections // 2)
        self._answers = self._pool("answers", connections, self._answer_ms, _FOR_FEW_ROWS)
        self._keys = self._pool("keys", few, self._answer_ms, _PLANNED_ONCE)
        self._ordered = self._pool("ordered", few, self._answer_ms, _IN_ORDER)
        self._streams = self._pool("exports", _EXPORTS, 0, {})

    def _pool(self, name: str, size: int, timeout_ms: int, planning: Mapping[str, str]) -> _Pool:
        async def configure(conn: AsyncConnection[TupleRow]) -> None:
            await conn.execute(settled())
            await conn.execute(_BECOME_SERVICE)
            await conn.execute("set default_transaction_read_only to on")
            await conn.execute(f"set statement_timeout to {timeout_ms}".encode())
            for setting, value in planning.items():
                await conn.execute(f"set {setting} to {value}".encode())
            if "plan_cache_mode" in planning:
                conn.prepare_threshold, conn.prepared_max = 0, _KEPT_PLANS

        return AsyncConnectionPool(
            kwargs={**session_named(f"hq_api {name}"), "autocommit": True},
            min_size=1,
            max_size=size,
            open=False,
            timeout=_POOL_SECONDS,
            configure=configure,
            name=name,
        )

    async def open(self) -> None:
        """Begin to connect; a database that is away is one of the answers."""
        await self._answers.open()
        await self._keys.open()
        await self._ordered.open()
        await self._streams.open()

    async def close(self) -> None:
        """Leave the database."""
        await self._answers.close()
        await self._keys.close()
        await self._ordered.close()
        await self._streams.close()

    async def rows(
        self, query: Query, values: Values = (), *, seconds: float | None = None
    ) -> list[TupleRow]:
        """The rows of a query.

        Args:
            query: The query.
            values: The values of its placeholders.
            seconds: How long it may take; by default as long as an answer may.

        Raises:
            ProblemError: The database is away, or it takes too long.
        """
        return await self._rows(self._answers, query, values, seconds)

    async def rows_of_keys(self, query: Query, values: Values = ()) -> list[TupleRow]:
        """The rows of a query whose plan is the same for all values, as for all keys.

        Raises:
            ProblemError: The database is away, or it takes too long.
        """
        return await self._rows(self._keys, query, values, None)

    async def rows_of_everything(self, query: Query, values: Values = ()) -> list[TupleRow]:
        """The rows of a query that reads all there are, with other processors and more time.

        Raises:
            ProblemError: The database is away, or it takes too long.
        """
        seconds = _TIMES_AS_LONG * self._answer_ms / 1000
        return await self._rows(self._answers, query, values, seconds, _OF_EVERYTHING)

    async def rows_in_order(self, query: Query, values: Values = ()) -> list[TupleRow]:
        """The first rows of a query over a view that is in this order already.

        Raises:
            ProblemError: The database is away, or it takes too long.
        """
        return await self._rows(self._ordered, query, values, None)

    async def _rows(
        self,
        pool: _Pool,
        query: Query,
        values: Values,
        seconds: float | None,
        settings: Sequence[str] = (),
    ) -> list[TupleRow]:
        async with _translated():
            try:
                return await self._fetch(pool, query, values, seconds, settings)
            except _LostError:
                # After a restart of the server the others are lost, too. Nothing was written, so it
                # may be asked again.
                await pool.check()
                return await self._fetch(pool, query, values, seconds, settings)

    async def _fetch(
        self,
        pool: _Pool,
        query: Query,
        values: Values,
        seconds: float | None,
        settings: Sequence[str],
    ) -> list[TupleRow]:
        async with pool.connection() as conn:
            with _told_if_lost(conn):
                if seconds is None:
                    return await (await conn.execute(query, values)).fetchall()
                async with conn.transaction():
                    limit = f"set local statement_timeout to {int(seconds * 1000)}"
                    for setting in (limit, *settings):
                        await conn.execute(setting.encode())
                    return await (await conn.execute(query, values)).fetchall()

    async def write(self, query: Query, values: Values) -> None:
        """Execute a statement that writes what the service keeps for itself.

        Raises:
            ProblemError: The database is away, or does not let it.
        """
        async with _translated(), self._answers.connection() as conn, conn.transaction():
            await conn.execute("set transaction read write")
            await conn.execute(query, values)

    @asynccontextmanager
    async def blocks(self, query: Query, values: Values) -> AsyncIterator[AsyncIterator[bytes]]:
        """What a COPY to standard output gives, read from one snapshot as the caller takes it."""
        async with _translated(), AsyncExitStack() as stack:
            try:
                copy = await self._copy(stack, query, values)
            except _LostError:
                await stack.aclose()
                await self._streams.check()
                copy = await self._copy(stack, query, values)
            yield _bytes_of(copy)

    async def _copy(self, stack: AsyncExitStack, query: Query, values: Values) -> psycopg.AsyncCopy:
        conn = await stack.enter_async_context(self._streams.connection())
        cursor = await stack.enter_async_context(conn.cursor())
        with _told_if_lost(conn):
            return await stack.enter_async_context(cursor.copy(query, values))


@contextmanager
def _told_if_lost(conn: AsyncConnection[TupleRow]) -> Iterator[None]:
    """An error because the connection is gone is told from what the server says."""
    try:
        yield
    except psycopg.OperationalError as fault:
        if conn.broken:
            raise _LostError(*fault.args) from fault
        raise


async def _bytes_of(copy: psycopg.AsyncCopy) -> AsyncIterator[bytes]:
    async for block in copy:
        yield bytes(block)


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    """What the database says is for the log; callers get what they can act on."""
    try:
        yield
    except psycopg.errors.QueryCanceled:
        raise ProblemError(
            504, "the database took too long; ask for less, with filters or a smaller limit"
        ) from None
    except (psycopg.OperationalError, PoolTimeout) as fault:
        _log.warning("the database is away: %s", _words(fault))
        raise ProblemError(
            503,
            "the database cannot be reached or is busy; try again",
            headers={"Retry-After": _RETRY_SECONDS},
        ) from None
    except _NOT_SET_UP as fault:
        _log.error("not set up: %s", _words(fault))
        raise ProblemError(
            503,
            "the warehouse is not set up for this service: run ingest dbt build, and ingest init"
            " --roles where roles are used",
            headers={"Retry-After": "60"},
        ) from None


def _words(fault: BaseException) -> str:
    primary: Any = fault.diag.message_primary if isinstance(fault, psycopg.Error) else None
    return " ".join(str(primary or fault).split())
