"""The ledger of loads, ``raw.loads``, and the lock that keeps one content from loading twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ingest import __version__
from ingest.errors import UsageError
from ingest.postgres.connection import Connection


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
    retry_of: UUID | None


@dataclass(frozen=True, slots=True)
class RejectEntry:
    """One open reject: a row of ``raw.rejects`` whose record has not landed since.

    Args:
        record: The record, or its first ``RECORD_TEXT_CAP`` characters.
        can_retry: It can be tried again from that text alone.
    """

    id: UUID
    load_id: UUID
    file_name: str
    line: int
    reason: str
    detail: str | None
    record: str | None
    can_retry: bool


@dataclass(frozen=True, slots=True)
class RetryableReject:
    """One open reject whose text is all of its record.

    Args:
        id: Of the reject.
        line: Line of the file on which the record begins, from 1.
        offset: Where it begins in the decompressed file, in bytes; unique in the load.
        record: Its text.
        batch_slug: The workflow_slug beside the ``payloads`` that held it.
    """

    id: UUID
    line: int
    offset: int
    record: str
    batch_slug: str | None


_ENTRY = """
    select id, file_name, file_sha256, bytes, workflow_slug, records, landed, rejected, cleaned,
        forced, started_at, finished_at, tool_version, _retry_of
    from raw.loads
"""


def lock(conn: Connection, key: LoadKey, announce_wait: Callable[[str], None]) -> None:
    """Let one transaction at a time load this content; the lock ends with the transaction."""
    hold(conn, key.lock_id(), announce_wait)


def hold(conn: Connection, lock_id: int, announce_wait: Callable[[str], None]) -> None:
    """Take an advisory lock until the transaction ends.

    Args:
        conn: A connection whose transaction is open.
        lock_id: The lock: 64 bits, signed.
        announce_wait: Told the server process to wait for, if there is one.
    """
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
        where
            file_sha256 = %s
            and coalesce(workflow_slug, '') = coalesce(%s, '')
            and _retry_of is null
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


def open_retry(conn: Connection, load_id: UUID, of: UUID) -> None:
    """Write the ledger row of a retry, without counts yet: what lands refers to it.

    Its bytes are those of the records that are tried.
    """
    conn.execute(
        """
        insert into raw.loads (
            id, file_name, file_sha256, bytes, workflow_slug, records, landed, rejected,
            tool_version, _retry_of
        )
        select
            %(id)s, l.file_name, l.file_sha256, coalesce(sum(octet_length(r.record)), 0),
            l.workflow_slug, 0, 0, 0, %(version)s, l.id
        from raw.loads as l
        left join raw.rejects as r
            on l.id = r.load_id and r._landed_by is null and r._is_whole and r._offset is not null
        where l.id = %(of)s
        group by l.id
        """,
        {"id": load_id, "of": of, "version": __version__},
    )


def close_retry(conn: Connection, load_id: UUID, counts: Counts) -> None:
    """Write the counts into the ledger row of a retry; one that landed nothing leaves none."""
    if counts.records:
        close_load(conn, load_id, counts)
    else:
        conn.execute("delete from raw.loads where id = %s", (load_id,))


def load(conn: Connection, load_id: UUID) -> LoadEntry:
    """One load, which has to exist."""
    row = conn.execute(_ENTRY + " where id = %s", (load_id,)).fetchone()
    if row is None:
        raise LookupError(f"no load {load_id}")
    return LoadEntry(*row)


def loads_with_rejects(conn: Connection) -> list[UUID]:
    """The loads that have open rejects, the oldest first."""
    rows = conn.execute(
        """
        select id from raw.loads as l
        where exists (
            select from raw.rejects as r where r.load_id = l.id and r._landed_by is null
        )
        order by started_at, id
        """
    )
    return [UUID(str(load_id)) for (load_id,) in rows]


def retryable_rejects(
    conn: Connection, load_id: UUID, after: RetryableReject | None, limit: int
) -> list[RetryableReject]:
    """The next open rejects of a load, in file order, that can be tried again from their text."""
    rows = conn.execute(
        """
        select id, line, _offset, record, _workflow_slug from raw.rejects
        where
            load_id = %(load)s
            and _landed_by is null
            and _is_whole
            and _offset > %(offset)s
        order by _offset
        limit %(limit)s
        """,
        {"load": load_id, "offset": -1 if after is None else after.offset, "limit": limit},
    )
    return [RetryableReject(*row) for row in rows]


def mark_landed(conn: Connection, reject_ids: list[UUID], load_id: UUID) -> None:
    """Close rejects whose records landed with a load."""
    conn.execute("update raw.rejects set _landed_by = %s where id = any(%s)", (load_id, reject_ids))


def mark_refused(conn: Connection, refused: Sequence[tuple[UUID, str, str]]) -> None:
    """Write why records were refused this time: id of the reject, reason, detail."""
    with conn.cursor() as cursor:
        cursor.executemany(
            """
            update raw.rejects set reason = %(reason)s, detail = %(detail)s
            where id = %(id)s and (reason, detail) is distinct from (%(reason)s, %(detail)s)
            """,
            [{"id": id_, "reason": reason, "detail": detail} for id_, reason, detail in refused],
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
    """The open rejects of one load in file order, or of all loads, the newest load first."""
    rows = conn.execute(
        """
        select
            r.id, r.load_id, l.file_name, r.line, r.reason, r.detail, r.record,
            r._is_whole and r._offset is not null
        from raw.rejects as r
        inner join raw.loads as l on r.load_id = l.id
        where r._landed_by is null and (%(load)s::uuid is null or r.load_id = %(load)s)
        order by l.started_at desc, r.load_id desc, r.line, r.id
        limit %(limit)s
        """,
        {"load": load_id, "limit": limit},
    )
    return [RejectEntry(*row) for row in rows]


def count_rejects(conn: Connection, load_id: UUID | None) -> int:
    """How many open rejects there are, of one load or of all."""
    row = conn.execute(
        """
        select count(*) from raw.rejects
        where _landed_by is null and (%(load)s::uuid is null or load_id = %(load)s)
        """,
        {"load": load_id},
    ).fetchone()
    return int(row[0]) if row else 0
