"""The connections that deliveries land over."""

from __future__ import annotations

from psycopg_pool import ConnectionPool

from hq_api.database import session_named
from ingest.postgres.connection import Connection, session_parameters, set_up

APPLICATION = "hq_api receiving"
WAIT_SECONDS = 5.0  # for a connection, when all are at work or the server is away

# a delivery takes milliseconds; what waits longer waits for somebody who holds a table
_PATIENCE = {
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}

# a login that may do more does no more than a loader, where this database uses the roles
_BECOME_LOADER = """
    select set_config('role', rolname, false)
    from pg_roles
    where
        rolname = 'hq_loader'
        and pg_has_role(oid, 'set')
        and has_schema_privilege(oid, to_regnamespace('raw')::oid, 'usage')
"""


def connections(size: int) -> ConnectionPool[Connection]:
    """A pool of them, to be opened.

    Args:
        size: How many at most.

    Raises:
        IngestError: The embedded server cannot be started.
    """
    return ConnectionPool(
        # for each connection anew: the key of the tombstones may have been made meanwhile
        kwargs=_with_key,
        min_size=1,
        max_size=size,
        open=False,
        timeout=WAIT_SECONDS,
        configure=_configure,
        name=APPLICATION,
    )


def _with_key() -> dict[str, str]:
    return {**session_named(APPLICATION), **session_parameters()}


def _configure(conn: Connection) -> None:
    set_up(conn)
    for name, value in _PATIENCE.items():
        conn.execute("select set_config(%s, %s, false)", (name, value))
    conn.execute(_BECOME_LOADER)
    conn.commit()
