"""The ledger of loads, ``raw.loads``, and the lock that keeps one content from loading twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from uuid import UUID

from psycopg import sql

from ingest import __version__
from ingest.characters import trim
from ingest.errors import UsageError
from ingest.postgres import locks
from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.rejects import Origin


@dataclass(frozen=True, slots=True)
class LoadKey:
    """What makes two loads the same load.

    Args:
        sha256: Of what is in the file, hexadecimal.
        workflow_slug: The workflow given for the load; None if the records name their own.
        sha256_as_it_came: Of the file's bytes: earlier releases wrote it into the ledger, also
            where they were compressed. None where no file is at hand.
    """

    sha256: str
    workflow_slug: str | None
    sha256_as_it_came: str | None = None

    def lock_id(self) -> int:
        """The advisory lock of this key."""
        return locks.lock_of_text(f"{self.sha256} {self.workflow_slug or ''}")


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records of a load; landed, rejected and suppressed are all of them."""

    landed: int
    rejected: int
    cleaned: int
    suppressed: int = 0

    @property
    def records(self) -> int:
        """Records found in the file."""
        return self.landed + self.rejected + self.suppressed


@dataclass(frozen=True, slots=True)
class LoadEntry:
    """One row of the ledger: a file, a retry, or an hour of what one API key delivered.

    Args:
        requests: How many requests of that hour are counted; None for a file.
    """

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
    requests: int | None
    suppressed: int


@dataclass(frozen=True, slots=True)
class Header:
    """One header of a file of a table feed.

    Args:
        header: As the feed writes it; in small letters if no column takes it.
        column_name: The column of the raw table that takes its cells.
        rows: Rows of the file.
        filled: Rows in which its cell held a value.
    """

    header: str
    column_name: str | None
    rows: int
    filled: int


@dataclass(frozen=True, slots=True)
class RejectEntry:
    """One reject: a row of ``raw.rejects`` whose record has not landed since.

    Args:
        record: The record, or its first ``RECORD_TEXT_CAP`` characters.
        can_retry: It is open, and can be tried again from that text alone.
        settled_at: When it was settled; None while it is open.
        settled_why: Why.
    """

    id: UUID
    load_id: UUID
    file_name: str
    line: int
    reason: str
    detail: str | None
    record: str | None
    can_retry: bool
    settled_at: datetime | None
    settled_why: str | None


@dataclass(frozen=True, slots=True)
class RetryableReject:
    """One open reject whose text is all of its record."""

    id: UUID
    origin: Origin


def _sql(name: str) -> sql.SQL:
    return statement("ingest.landing", name)


def lock(conn: Connection, key: LoadKey, announce_wait: Callable[[str], None]) -> None:
    """Let one transaction at a time load this content; the lock ends with the transaction."""
    locks.hold(conn, key.lock_id(), announce_wait)


def known_load(conn: Connection, key: LoadKey) -> LoadEntry | None:
    """The newest load of this content for this workflow, if there was one."""
    query = _sql("load_entries") + sql.SQL(
        "where file_sha256 = any(%s) and coalesce(workflow_slug, '') = coalesce(%s, '')"
        " and _retry_of is null order by started_at desc, id desc limit 1"
    )
    hashes = [key.sha256, key.sha256_as_it_came]
    row = conn.execute(query, (hashes, key.workflow_slug)).fetchone()
    return LoadEntry(*row) if row else None


def known_keys(conn: Connection, keys: Sequence[LoadKey], slug: str | None) -> set[LoadKey]:
    """Those of many keys of one workflow that the ledger knows.

    Not asked under any lock: what is not known may be under way.
    """
    hashes = [sha256 for key in keys for sha256 in (key.sha256, key.sha256_as_it_came)]
    rows = conn.execute(
        "select file_sha256 from raw.loads where file_sha256 = any(%s)"
        " and coalesce(workflow_slug, '') = coalesce(%s, '') and _retry_of is null",
        (hashes, slug),
    )
    known = {sha256 for (sha256,) in rows}
    return {key for key in keys if {key.sha256, key.sha256_as_it_came} & known}


def open_load(
    conn: Connection, load_id: UUID, key: LoadKey, file_name: str, size: int, *, forced: bool
) -> None:
    """Write the ledger row, without counts yet: rejects refer to it."""
    conn.execute(
        _sql("open_load"),
        {
            "id": load_id,
            "file_name": file_name,
            "sha256": key.sha256,
            "bytes": size,
            "slug": key.workflow_slug,
            "forced": forced,
            "version": __version__,
        },
    )


def close_load(conn: Connection, load_id: UUID, counts: Counts) -> None:
    """Write the counts and the time into the ledger row."""
    conn.execute(
        """
        update raw.loads
        set
            records = %(records)s, landed = %(landed)s, rejected = %(rejected)s,
            suppressed = %(suppressed)s, cleaned = %(cleaned)s, finished_at = clock_timestamp()
        where id = %(id)s
        """,
        {**asdict(counts), "records": counts.records, "id": load_id},
    )


def record_headers(
    conn: Connection, load_id: UUID, workflow_slug: str, headers: Iterable[Header]
) -> None:
    """Write which headers a file had, beside its ledger row."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into raw.load_headers"
            " (load_id, workflow_slug, header, column_name, rows, filled)"
            " values (%s, %s, %s, %s, %s, %s)",
            [(load_id, workflow_slug, *astuple(header)) for header in headers],
        )


def open_retry(conn: Connection, load_id: UUID, of: UUID) -> None:
    """Write the ledger row of a retry, without counts yet: what lands refers to it.

    Its bytes are those of the records that are tried.
    """
    conn.execute(_sql("open_retry"), {"id": load_id, "of": of, "version": __version__})


def close_retry(conn: Connection, load_id: UUID, counts: Counts) -> None:
    """Write the counts into the ledger row of a retry; one that landed nothing leaves none."""
    if counts.records:
        close_load(conn, load_id, counts)
    else:
        conn.execute("delete from raw.loads where id = %s", (load_id,))


def load(conn: Connection, load_id: UUID) -> LoadEntry:
    """One load, which has to exist."""
    query = _sql("load_entries") + sql.SQL("where id = %s")
    row = conn.execute(query, (load_id,)).fetchone()
    if row is None:
        raise LookupError(f"no load {load_id}")
    return LoadEntry(*row)


def loads_with_rejects(conn: Connection) -> list[UUID]:
    """The loads that have open rejects, the oldest first."""
    rows = conn.execute(
        """
        select id from raw.loads as l
        where exists (
            select from raw.rejects as r where r.load_id = l.id and r._is_open
        )
        order by started_at, id
        """
    )
    return [UUID(str(load_id)) for (load_id,) in rows]


def last_offset(conn: Connection, load_id: UUID) -> int:
    """The offset of the last reject that a load has now; -1 if it has none."""
    row = conn.execute(
        "select coalesce(max(_offset), -1) from raw.rejects where load_id = %s and _is_open",
        (load_id,),
    ).fetchone()
    return int(row[0]) if row else -1


def retryable_rejects(
    conn: Connection, load_id: UUID, after: RetryableReject | None, until: int, limit: int
) -> list[RetryableReject]:
    """The next open rejects of a load, in file order, that can be tried again from their text.

    Args:
        conn: The connection.
        load_id: The load.
        after: The last one before them.
        until: The highest offset that is looked at: an hour of HTTP may get further ones meanwhile.
        limit: Not more than so many.
    """
    last = -1 if after is None else after.origin.offset
    rows = conn.execute(
        _sql("retryable_rejects"),
        {"load": load_id, "offset": last, "until": until, "limit": limit},
    )
    return [
        RetryableReject(id_, Origin(line, offset, record.encode(), slug, can_retry=True))
        for id_, line, offset, record, slug in rows
    ]


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
    query = _sql("load_entries") + sql.SQL("order by started_at desc, id desc limit %s")
    rows = conn.execute(query, (limit,))
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
        (trim(prefix),),
    ).fetchall()
    if len(rows) == 1:
        return UUID(str(rows[0][0]))
    fault = "is the beginning of more than one load's id" if rows else "is no load's id"
    raise UsageError(f"{prefix!r} {fault}", hint="see ingest loads")


def rejects(
    conn: Connection, load_id: UUID | None, limit: int, *, settled: bool = False
) -> list[RejectEntry]:
    """The rejects of one load in file order, or of all loads, the newest load first.

    Args:
        conn: The connection.
        load_id: The load; None for all.
        limit: Not more than so many.
        settled: Those that are settled, instead of the open ones.
    """
    rows = conn.execute(_sql("list_rejects"), {"load": load_id, "limit": limit, "settled": settled})
    return [RejectEntry(*row) for row in rows]


def count_rejects(conn: Connection, load_id: UUID | None, *, settled: bool = False) -> int:
    """How many open rejects there are, or settled ones, of one load or of all."""
    row = conn.execute(
        """
        select count(*) from raw.rejects
        where
            case when %(settled)s then _settled_at is not null else _is_open end
            and (%(load)s::uuid is null or load_id = %(load)s)
        """,
        {"load": load_id, "settled": settled},
    ).fetchone()
    return int(row[0]) if row else 0


def count_not_retryable(conn: Connection, load_id: UUID) -> int:
    """How many open rejects of a load cannot be tried again from their text."""
    row = conn.execute(
        "select count(*) from raw.rejects"
        " where load_id = %s and _is_open and not (_is_whole and _offset is not null)",
        (load_id,),
    ).fetchone()
    return int(row[0]) if row else 0


def settle(conn: Connection, load_id: UUID, why: str) -> int:
    """Close the open rejects of a load although their records did not land.

    Returns:
        How many there were.
    """
    return conn.execute(
        "update raw.rejects set _settled_at = now(), _settled_why = %s"
        " where load_id = %s and _is_open",
        (why, load_id),
    ).rowcount
