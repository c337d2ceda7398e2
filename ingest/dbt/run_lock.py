"""One dbt run at a time: the lock that ``ingest dbt`` holds while dbt writes.

Two runs at once are safe without it: each model has a lock of its own (``macros/runs/locks.sql``).
They would only do everything twice, and wait for each other at model after model.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.locks import RUNS, hold_for_session
from ingest.terminal.screen import say


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

    def announce(holder: str) -> None:
        run = f"another run ({holder})"
        if not wait:
            raise IngestError(
                f"{run} is under way",
                where=describe(conn),
                hint="try again later, or wait for it without --no-wait",
            )
        say(f"Waiting for {run} to end ...")

    hold_for_session(conn, RUNS, announce)
    try:
        yield
    finally:
        conn.close()
