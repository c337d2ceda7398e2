"""Jobs: what was selected for a destination, how far it came, and who may go on with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ingest.errors import UsageError
from ingest.landing.rows import DELIVERY_ID, new_id
from ingest.outbound.destinations import AT_LEAST_ONCE, Destination
from ingest.postgres.connection import Connection
from ingest.postgres.locks import PRIVACY, holders, lock_of_text, share, try_for_session
from ingest.postgres.statements import statement

_MOMENT_SECONDS, _PAUSE_SECONDS = 0.5, 0.05

_COLUMNS = (
    *("id", "job_id", "number", "destination", "entity", "entity_key", "row_id", "dedupe_key"),
    *("forced", "body", "state", "error"),
)
_TYPES = (
    *("uuid", "uuid", "int4", "text", "text", "text", "uuid", "text"),
    *("bool", "jsonb", "text", "text"),
)


@dataclass(frozen=True)
class Record:
    """A record that was selected.

    Args:
        entity: ``person`` or ``salesnav_row``.
        key: LinkedIn URL of the person.
        body: What is sent, but for the delivery's id.
        row_id: The row of Sales Navigator, if it is one.
        forced: It was sent there before and may go again.
        state: ``pending``, or why it does not go: ``skipped``, ``suppressed``.
        error: That in words.
    """

    entity: str
    key: str
    body: dict[str, Any]
    row_id: UUID | None = None
    forced: bool = False
    state: str = "pending"
    error: str | None = None

    @property
    def dedupe_key(self) -> str:
        """What is sent to a destination once."""
        return f"{self.entity}:{self.row_id or self.key}"


@dataclass(frozen=True)
class Job:
    """A job as it stands.

    Attributes:
        number: Its number.
        kind: ``emails`` or ``salesnav``.
        destination: Name of its destination.
        status: pending, processing, paused, completed, failed or cancelled.
        reason: Why it is paused or cancelled.
        sent_count: Acknowledged.
        failed_count: Over without an acknowledgement.
        open_count: Still to be sent, or in flight.
        states: How many deliveries are in each state.
        awaited: Sent, and no result has come.
        oldest_awaited_at: When the first of those was sent.
        at: The moment of all this, by the server's clock.
    """

    number: int
    id: UUID
    kind: str
    destination: str
    status: str
    reason: str | None
    created_at: datetime
    completed_at: datetime | None
    total_records: int
    sent_count: int
    failed_count: int
    open_count: int
    states: dict[str, int]
    awaited: int
    oldest_awaited_at: datetime | None
    at: datetime


@dataclass(frozen=True)
class Reopened:
    """What a resumed job takes up again.

    Args:
        doubts: Records in doubt that are sent again, on request.
        failed: Failed ones, on request.
    """

    doubts: int = 0
    failed: int = 0


@dataclass(frozen=True)
class ErrorCount:
    """How many deliveries of a job are in a state for one reason."""

    state: str
    error: str
    records: int


def take_lock(conn: Connection, destination: str) -> str | None:
    """Be the one sender of a destination until the connection ends; else who is, in words.

    Of a sender that has just ended the server lets go a moment later.
    """
    lock = lock_of_text(f"sender of {destination}")
    until = monotonic() + _MOMENT_SECONDS
    while (held := try_for_session(conn, lock)) and monotonic() < until:
        sleep(_PAUSE_SECONDS)
    conn.commit()
    return str(held) if held else None


def is_being_sent(conn: Connection, destination: str) -> bool:
    """Whether a destination has a sender at work."""
    return bool(holders(conn, lock_of_text(f"sender of {destination}")))


def submitted(conn: Connection, destination: str) -> int:
    """How many records a destination has been sent in its life, as far as is known."""
    row = conn.execute(
        "select submitted from raw.outbound_destinations where name = %s", (destination,)
    ).fetchone()
    return int(row[0]) if row else 0


def create_job(
    conn: Connection, destination: Destination, kind: str, records: Sequence[Record]
) -> UUID:
    """Write a job and all its deliveries, in the transaction that is open."""
    job_id = new_id()
    conn.execute(
        "insert into raw.email_waterfall_jobs"
        " (id, status, total_records, clay_webhook_url, _kind) values (%s, 'pending', 0, %s, %s)",
        (job_id, destination.name, kind),
    )
    conn.execute(
        "insert into raw.outbound_destinations (name, tokens) values (%s, %s)"
        " on conflict (name) do nothing",
        (destination.name, destination.burst),
    )
    target = sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
    with conn.cursor().copy(
        sql.SQL("copy raw.outbound_deliveries ({}) from stdin").format(target)
    ) as copy:
        copy.set_types(_TYPES)
        for number, record in enumerate(records, start=1):
            row_id = new_id()
            body = {**record.body, DELIVERY_ID: str(row_id)}
            copy.write_row(
                (
                    *(row_id, job_id, number, destination.name, record.entity, record.key),
                    *(record.row_id, record.dedupe_key, record.forced, Jsonb(body)),
                    *(record.state, record.error),
                )
            )
    return job_id


def jobs(conn: Connection, limit: int) -> list[Job]:
    """The newest jobs."""
    return _jobs(conn, sql.SQL("j._kind is not null"), limit=limit)


def find_job(conn: Connection, name: str) -> Job:
    """A job by its number, or by its id or the beginning of one.

    Raises:
        UsageError: None or several go by it.
    """
    condition = sql.SQL(
        "j._kind is not null and (j._number::text = {0} or starts_with(j.id::text, lower({0})))"
    )
    found = _jobs(conn, condition.format(sql.Literal(name)), limit=1000)
    exact = [job for job in found if str(job.number) == name]
    found = exact or found
    if len(found) != 1:
        which = f"{len(found)} jobs begin with" if found else "there is no job"
        raise UsageError(f"{which} {name}", hint="see ingest send jobs")
    return found[0]


def job_by_id(conn: Connection, job_id: UUID) -> Job:
    """A job as it stands now."""
    return _jobs(conn, sql.SQL("j.id = {}").format(sql.Literal(job_id)), limit=1)[0]


def _jobs(conn: Connection, condition: sql.Composable, limit: int) -> list[Job]:
    with conn.cursor(row_factory=class_row(Job)) as cursor:
        query = statement("ingest.outbound", "jobs").format(condition=condition)
        return cursor.execute(query, {"limit": limit}).fetchall()


def settle_abandoned(conn: Connection, destination: Destination) -> int:
    """Say of what an earlier sender left in the middle of a request that it is in doubt.

    To be called by the one sender of the destination.

    Returns:
        How many records are in doubt now, and not sent again.
    """
    share(conn, PRIVACY)
    found = conn.execute(
        statement("ingest.outbound", "abandoned"),
        {
            "destination": destination.name,
            "is_sent_again": destination.doubts == AT_LEAST_ONCE,
        },
    )
    return sum(state == "unknown" for (state,) in found)


def reopen(conn: Connection, job: Job, *, doubts: bool, failed: bool) -> Reopened:
    """Let a job go on, with its doubtful or failed records as well if that is asked for.

    A record that another job has sent meanwhile stays as it is. A job that was cancelled goes on
    with its doubtful records alone.

    Raises:
        UsageError: It was cancelled, and not for that.
    """
    share(conn, PRIVACY)
    if job.status == "cancelled":
        _require_doubts(job, doubts=doubts, failed=failed)
        conn.execute(
            "update raw.email_waterfall_jobs set status = 'paused' where id = %s", (job.id,)
        )
    # first: who cancels it waits now, or has done so
    if not set_status(conn, job.id, "processing", None):
        raise UsageError(f"job {job.number} was cancelled meanwhile")
    counts = {}
    for state, wanted in (("unknown", doubts), ("failed", failed)):
        counts[state] = 0
        if wanted:
            counts[state] = conn.execute(
                statement("ingest.outbound", "reopen"), {"job": job.id, "state": state}
            ).rowcount
    return Reopened(counts["unknown"], counts["failed"])


def _require_doubts(job: Job, *, doubts: bool, failed: bool) -> None:
    has_doubts = bool(job.states.get("unknown"))
    if doubts and has_doubts and not failed:
        return
    again = f"; ingest send resume {job.number} --doubts sends what is in doubt"
    raise UsageError(
        f"job {job.number} was cancelled",
        hint=f"send what is left anew{again if has_doubts else ''}",
    )


def set_status(conn: Connection, job_id: UUID, status: str, reason: str | None) -> bool:
    """Set the status of a job that is not cancelled; one that goes on begins to count anew.

    Returns:
        Whether it is not cancelled.
    """
    done = conn.execute(
        "update raw.email_waterfall_jobs set status = %(status)s, _reason = %(reason)s,"
        " _failures_in_row = case when %(status)s = 'processing' then 0 else _failures_in_row end,"
        " completed_at = case when %(status)s in ('completed', 'failed', 'cancelled')"
        " then clock_timestamp() end"
        " where id = %(job)s and status <> 'cancelled'",
        {"job": job_id, "status": status, "reason": reason},
    )
    return bool(done.rowcount)


def cancel(conn: Connection, job: Job) -> int:
    """Cancel a job: what waits is skipped, what is in flight keeps its own end.

    Returns:
        How many records are skipped.
    """
    share(conn, PRIVACY)
    set_status(conn, job.id, "cancelled", "cancelled on request")
    return conn.execute(
        "update raw.outbound_deliveries set state = 'skipped', error = 'the job was cancelled',"
        " changed_at = clock_timestamp(), next_attempt_at = null"
        " where job_id = %s and state = 'pending'",
        (job.id,),
    ).rowcount


def errors_of(conn: Connection, job: Job) -> list[ErrorCount]:
    """Why deliveries of a job are not sent, the most frequent reasons first."""
    with conn.cursor(row_factory=class_row(ErrorCount)) as cursor:
        return cursor.execute(
            "select state, error, count(*) as records from raw.outbound_deliveries"
            " where job_id = %s and error is not null and state <> 'sent'"
            " group by state, error order by records desc, state, error limit 20",
            (job.id,),
        ).fetchall()
