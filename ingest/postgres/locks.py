"""Advisory locks: every one that ingest takes, and who holds one.

A lock is a number of 64 bits, known in one database only. What there is one of has a number of its
own here; the others are made of what they protect. dbt takes some as well
(``macros/runs/locks.sql``): ``RIGHTS``, and for each node one whose upper half is ``NODES``.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ingest.postgres.connection import Connection
from ingest.terminal.screen import printable

_log = logging.getLogger(__name__)

NODES = 0x4851  # upper half of the locks of dbt's nodes; below it, the hash of the node's name
MIGRATIONS = 0x4851_0001  # one applies migrations
RIGHTS = 0x4851_0002  # one sets owners and rights; shared by who replaces functions and views
RUNS = 0x4851_0003  # one ``ingest dbt`` writes
PRIVACY = (
    0x4851_0004  # one erases; shared by senders and by who is about to commit (privacy.withhold)
)

# as macros/runs/locks.sql asks it
_HOLDERS = """
    select
        h.pid,
        h.since,
        nullif(a.usename, current_user),
        coalesce(
            (
                select bool_or(
                    has_schema_privilege(a.usesysid, n.oid, 'create')
                    or pg_has_role(a.usesysid, n.nspowner, 'member')
                )
                from pg_namespace as n
                where n.nspname in ('raw', 'extracted')
            ),
            true
        )
    from raw.lock_holders(%s) as h
    left join pg_stat_activity as a on h.pid = a.pid
    order by h.pid
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock.

    Attributes:
        pid: The server process.
        since: When its transaction, else its last statement, began; None if this user may not
            see that.
        login: Who logged in there; None for this user.
        may_write: Whether that login may write to the warehouse. Anybody who may connect can take
            any number; one who may not write has no business with ours.
    """

    pid: int
    since: datetime | None
    login: str | None = None
    may_write: bool = True

    def __str__(self) -> str:
        login = f" of {self.login}" if self.login else ""
        since = f", since {self.since.astimezone():%H:%M:%S}" if self.since else ""
        stranger = (
            ""
            if self.may_write
            else ", which may not write here; a superuser can end it:"
            f" select pg_terminate_backend({self.pid})"
        )
        return f"server process {self.pid}{login}{since}{stranger}"


@dataclass(frozen=True, slots=True)
class Held:
    """Why a lock is not to be had.

    Attributes:
        holders: Who holds it; empty if that is not known, or if it is free by now.
    """

    holders: list[Holder]

    @property
    def by_stranger(self) -> bool:
        """Whether one of them has no business with it, so that it may be held for ever."""
        return not all(holder.may_write for holder in self.holders)

    def __str__(self) -> str:
        return ", ".join(map(str, self.holders)) or "server process unknown"


def lock_of_text(text: str) -> int:
    """The lock of what has a name: a content and its workflow, a table that is merged into."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


def lock_of_load(load_id: UUID) -> int:
    """The lock of a load that has helpers: the second half of its id, which is random."""
    return int.from_bytes(load_id.bytes[8:], signed=True)


def holders(conn: Connection, lock: int) -> list[Holder]:
    """Who holds a lock; nobody that is known before the migration that makes the function."""
    known = conn.execute("select to_regprocedure('raw.lock_holders(bigint)') is not null")
    if known.fetchone() != (True,):
        return []
    rows = conn.execute(_HOLDERS, (lock,))
    return [Holder(*row) for row in rows]


def described_holders(conn: Connection, lock: int) -> str:
    """Who holds a lock, in words that fit between brackets."""
    return str(Held(holders(conn, lock)))


def hold(conn: Connection, lock: int, announce_wait: Callable[[str], None]) -> None:
    """Take a lock until the transaction ends.

    Args:
        conn: A connection whose transaction is open.
        lock: The lock.
        announce_wait: Told whom the lock is waited for, in words, if it is not free.
    """
    if conn.execute("select pg_try_advisory_xact_lock(%s)", (lock,)).fetchone() != (True,):
        announce_wait(described_holders(conn, lock))
        conn.execute("select pg_advisory_xact_lock(%s)", (lock,))


def log_wait(whom: str) -> None:
    """Tell the log whom is waited for; where nobody set one up, that is the screen."""
    _log.warning("Waiting for %s ...", printable(whom))


def share(conn: Connection, lock: int, announce_wait: Callable[[str], None] = log_wait) -> None:
    """Take a lock with others who share it, until the transaction ends; otherwise like ``hold``.

    Rows that who holds it alone changes are to be locked afterwards.
    """
    if conn.execute("select pg_try_advisory_xact_lock_shared(%s)", (lock,)).fetchone() != (True,):
        announce_wait(described_holders(conn, lock))
        conn.execute("select pg_advisory_xact_lock_shared(%s)", (lock,))


def hold_for_session(conn: Connection, lock: int, announce_wait: Callable[[str], None]) -> None:
    """Take a lock until the connection ends; otherwise like ``hold``."""
    if conn.execute("select pg_try_advisory_lock(%s)", (lock,)).fetchone() != (True,):
        announce_wait(described_holders(conn, lock))
        conn.execute("select pg_advisory_lock(%s)", (lock,))


def try_for_session(conn: Connection, lock: int) -> Held | None:
    """Take a lock until the connection ends, if it is free; else who holds it."""
    if conn.execute("select pg_try_advisory_lock(%s)", (lock,)).fetchone() == (True,):
        return None
    return Held(holders(conn, lock))
