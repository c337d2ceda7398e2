"""The ledger of loads, ``raw.loads``, and the lock that keeps one content from loading twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ingest import __version__
from ingest.connection import Connection
from ingest.errors import UsageError


@dataclass(frozen=True, slots=True)
class LoadKey:
    """What makes two loads the same load.

    Args:
        sha256: Of the file's bytes, hexadecimal.
        workflow_slug: The workflow given for the load; None if the records name their own.
    """

    sha256: str
    workflow_slug: str | None

    def lock_id(self) -> int:
        """The advisory lock of this key: 64 bits, signed."""
        text = f"{self.sha256} {self.workflow_slug or ''}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of a load; landed plus rejected is all of them."""

    landed: int
    rejected: int
    cleaned: int

    @property
    def records(self) -> int:
        """Records found in the file."""
        return self.landed + self.rejected


@dataclass(frozen=True, slots=True)
class LoadEntry:
    """One row of the ledger."""

    id: UUID
    file_name: str
    file_sha256: str
    bytes: int
    workflow_slug: str | None
    records: int
    landed: int
    rejected: int
    cleaned: int
    forced: bool
    started_at: datetime
    finished_at: datetime
    tool_version: str


@dataclass(frozen=True, slots=True)
class RejectEntry:
    """One row of ``raw.rejects``."""

    id: UUID
    load_id: UUID
    file_name: str
    line: int
    reason: str
    detail: str | None
    record: str | None


_ENTRY = """
    select id, file_name, file_sha256, bytes, workflow_slug, records, landed, rejected, cleaned,
        forced, started_at, finished_at, tool_version
    from raw.loads
"""


def lock(conn: Connection, key: LoadKey, announce_wait: Callable[[str], None]) -> None:
    """Let one transaction at a time load this content; the lock ends with the transaction."""
    lock_id = key.lock_id()
    got = conn.execute("select pg_try_advisory_xact_lock(%s)", (lock_id,)).fetchone()
    if got == (True,):
        return
    holder = conn.execute(
        """
        select string_agg(pid::text, ', ') from pg_locks
        where locktype = 'advisory' and granted and objsubid = 1
            and database = (select oid from pg_database where datname = current_database())
            and (classid::bigint << 32) | objid::bigint = %s
        """,
        (lock_id,),
    ).fetchone()
    announce_wait(holder[0] if holder and holder[0] else "unknown")
    conn.execute("select pg_advisory_xact_lock(%s)", (lock_id,))


def known_load(conn: Connection, key: LoadKey) -> LoadEntry | None:
    """The newest load of this content for this workflow, if there was one."""
    row = conn.execute(
        _ENTRY
        + """
        where file_sha256 = %s and coalesce(workflow_slug, '') = coalesce(%s, '')
        order by started_at desc, id desc
        limit 1
        """,
        (key.sha256, key.workflow_slug),
    ).fetchone()
    return LoadEntry(*row) if row else None


def open_load(
    conn: Connection, load_id: UUID, key: LoadKey, file_name: str, size: int, *, forced: bool
) -> None:
    """Write the ledger row, without counts yet: rejects refer to it."""
    conn.execute(
        """
        insert into raw.loads (
            id, file_name, file_sha256, bytes, workflow_slug, records, landed, rejected, forced,
            tool_version
        ) values (%s, %s, %s, %s, %s, 0, 0, 0, %s, %s)
        """,
        (load_id, file_name, key.sha256, size, key.workflow_slug, forced, __version__),
    )


def close_load(conn: Connection, load_id: UUID, counts: Counts) -> None:
    """Write the counts and the time into the ledger row."""
    conn.execute(
        """
        update raw.loads
        set records = %s, landed = %s, rejected = %s, cleaned = %s, finished_at = clock_timestamp()
        where id = %s
        """,
        (counts.records, counts.landed, counts.rejected, counts.cleaned, load_id),
    )


def loads(conn: Connection, limit: int) -> list[LoadEntry]:
    """The ledger, newest first."""
    rows = conn.execute(_ENTRY + " order by started_at desc, id desc limit %s", (limit,))
    return [LoadEntry(*row) for row in rows]


def find_load(conn: Connection, prefix: str) -> UUID:
    """The load whose id begins so.

    Args:
        conn: The connection.
        prefix: The first characters of an id, in any case.

    Raises:
        UsageError: No load's id begins so, or more than one does.
    """
    rows = conn.execute(
        "select id from raw.loads where starts_with(id::text, lower(%s)) order by id limit 2",
        (prefix.strip(),),
    ).fetchall()
    if len(rows) == 1:
        return UUID(str(rows[0][0]))
    fault = "is the beginning of more than one load's id" if rows else "is no load's id"
    raise UsageError(f"{prefix!r} {fault}", hint="see ingest loads")


def rejects(conn: Connection, load_id: UUID | None, limit: int) -> list[RejectEntry]:
    """The rejects of one load in file order, or of all loads, the newest load first."""
    rows = conn.execute(
        """
        select r.id, r.load_id, l.file_name, r.line, r.reason, r.detail, r.record
        from raw.rejects as r
        inner join raw.loads as l on r.load_id = l.id
        where %(load)s::uuid is null or r.load_id = %(load)s
        order by l.started_at desc, r.load_id desc, r.line, r.id
        limit %(limit)s
        """,
        {"load": load_id, "limit": limit},
    )
    return [RejectEntry(*row) for row in rows]


def count_rejects(conn: Connection, load_id: UUID | None) -> int:
    """How many rejects there are, of one load or of all."""
    row = conn.execute(
        "select count(*) from raw.rejects where %(load)s::uuid is null or load_id = %(load)s",
        {"load": load_id},
    ).fetchone()
    return int(row[0]) if row else 0
