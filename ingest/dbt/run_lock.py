"""One dbt run at a time: the lock that ``ingest dbt`` holds while dbt writes.

Two runs at once are safe without it: each model has a lock of its own (``macros/runs/locks.sql``).
They would only do everything twice, and wait for each other at model after model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.terminal.screen import err

_LOCK = 0x4851_0003  # beside those of the migrations and of the rights

_HOLDER = """
    select l.pid, to_char(a.query_start, 'HH24:MI:SS')
    from pg_locks as l
    left join pg_stat_activity as a on l.pid = a.pid
    where
        l.locktype = 'advisory' and l.granted
        and l.classid = 0 and l.objid = %s and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
"""


@contextmanager
def only_run(conn: Connection, *, wait: bool) -> Iterator[None]:
    """Be the only ``ingest dbt`` that writes to the database; says so before it waits for another.

    Args:
        conn: A connection in autocommit mode, used for nothing else meanwhile. Should it break,
            the lock is gone, and the models' own locks remain.
        wait: Whether to wait for another run.

    Raises:
        IngestError: There is another run, and it is not to be waited for.
    """
    if conn.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        run = f"another run ({_holder(conn)})"
        if not wait:
            raise IngestError(
                f"{run} is under way",
                where=describe(conn),
                hint="try again later, or wait for it without --no-wait",
            )
        err.print(f"Waiting for {run} to end ...", markup=False)
        conn.execute("select pg_advisory_lock(%s)", (_LOCK,))
    try:
        yield
    finally:
        conn.close()


def _holder(conn: Connection) -> str:
    row = conn.execute(_HOLDER, (_LOCK,)).fetchone()
    if row is None:
        return "which ends just now"
    pid, since = row
    # others' times are shown to members of their role only
    return f"server process {pid}" + (f", since {since}" if since else "")
