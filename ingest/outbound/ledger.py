"""The ledger of what is sent: jobs and deliveries, each change of a state one transaction.

A record is in flight, by a commit, before its request begins, and what came of it is the next
commit. So whatever ends in between leaves a doubt that can be seen, and never a second request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg import sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ingest.errors import UsageError
from ingest.landing.rows import new_id
from ingest.outbound.destinations import AT_LEAST_ONCE, Destination
from ingest.outbound.request import End, Outcome
from ingest.outbound.suppression import suppressed
from ingest.postgres.connection import Connection
from ingest.postgres.locks import holders, lock_of_text, try_for_session
from ingest.postgres.statements import statement

DELIVERY_ID = "_hq_delivery_id"
SALESNAV = "salesnav"
MOST_ATTEMPTS = 8  # requests that one record is worth
MOST_FAILURES = 10  # in a row; then the destination has a problem, not the record
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts, doubled each time
LONGEST_OBEYED = 900.0  # seconds of Retry-After that a sender waits for; else the job pauses
NEARLY = 0.9  # of a lifetime limit: worth a warning
_OPEN = ("pending", "processing", "paused")

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
class Claim:
    """Records of one request, in flight.

    Args:
        request_id: The request.
        deliveries: Their ids.
        bodies: What is sent.
    """

    request_id: UUID
    deliveries: list[UUID]
    bodies: list[dict[str, Any]]


@dataclass(frozen=True)
class Wait:
    """Nothing may be sent for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Ended:
    """Nothing more is to be sent; the job's status says why."""


@dataclass(frozen=True)
class Reopened:
    """What a resumed job takes up again.

    Args:
        doubts: Records in doubt that are sent again, on request.
        failed: Failed ones, on request.
        in_doubt: Records that the sender before left in the middle of a request.
    """

    doubts: int = 0
    failed: int = 0
    in_doubt: int = 0


@dataclass(frozen=True)
class _Row:
    id: UUID
    entity_key: str
    body: dict[str, Any] = field(default_factory=dict)


def take_lock(conn: Connection, destination: str) -> str | None:
    """Be the one sender of a destination until the connection ends; else who is, in words."""
    held_by = try_for_session(conn, lock_of_text(f"sender of {destination}"))
    conn.commit()
    return held_by


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
            body = {DELIVERY_ID: str(row_id), **record.body}
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
    condition = sql.SQL("j._number::text = {0} or starts_with(j.id::text, lower({0}))")
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
    """
    found = conn.execute(
        statement("ingest.outbound", "abandoned"),
        {
            "destination": destination.name,
            "is_sent_again": destination.doubts == AT_LEAST_ONCE,
        },
    )
    return len(found.fetchall())


def reopen(conn: Connection, job: Job, *, doubts: bool, failed: bool) -> Reopened:
    """Let a job go on, with its doubtful or failed records as well if that is asked for.

    A record that another job has sent meanwhile stays as it is.
    """
    counts = {}
    for state, wanted in (("unknown", doubts), ("failed", failed)):
        counts[state] = 0
        if wanted:
            counts[state] = conn.execute(
                statement("ingest.outbound", "reopen"), {"job": job.id, "state": state}
            ).rowcount
    set_status(conn, job.id, "processing", None)
    return Reopened(counts["unknown"], counts["failed"])


def set_status(conn: Connection, job_id: UUID, status: str, reason: str | None) -> None:
    """Set the status of a job that is not cancelled; one that goes on begins to count anew."""
    conn.execute(
        "update raw.email_waterfall_jobs set status = %(status)s, _reason = %(reason)s,"
        " _failures_in_row = case when %(status)s = 'processing' then 0 else _failures_in_row end,"
        " completed_at = case when %(status)s in ('completed', 'failed', 'cancelled')"
        " then clock_timestamp() end"
        " where id = %(job)s and status <> 'cancelled'",
        {"job": job_id, "status": status, "reason": reason},
    )


def cancel(conn: Connection, job: Job) -> int:
    """Cancel a job: what waits is skipped, what is in flight keeps its own end.

    Returns:
        How many records are skipped.
    """
    set_status(conn, job.id, "cancelled", "cancelled on request")
    return conn.execute(
        "update raw.outbound_deliveries set state = 'skipped', error = 'the job was cancelled',"
        " changed_at = clock_timestamp(), next_attempt_at = null"
        " where job_id = %s and state = 'pending'",
        (job.id,),
    ).rowcount


def claim(conn: Connection, destination: Destination, job_id: UUID) -> Claim | Wait | Ended:
    """Take the records of the next request: in flight by the commit of this transaction.

    What lacks a required field by now, or may not be written to, is not sent.
    """
    row = conn.execute(
        "select status from raw.email_waterfall_jobs where id = %s for update", (job_id,)
    ).fetchone()
    if row != ("processing",):
        return Ended()
    rows = _fit_rows(conn, destination, job_id)
    if not rows:
        return _later(conn, job_id)
    tokens = _take_tokens(conn, destination, len(rows))
    if isinstance(tokens, Wait):
        return tokens
    if isinstance(tokens, str):
        set_status(conn, job_id, "paused", tokens)
        return Ended()
    request_id = new_id()
    ids = [row.id for row in rows]
    conn.execute(
        "update raw.outbound_deliveries set state = 'in_flight', attempts = attempts + 1,"
        " request_id = %s, next_attempt_at = null, changed_at = clock_timestamp()"
        " where id = any(%s)",
        (request_id, ids),
    )
    return Claim(request_id, ids, [row.body for row in rows])


def _fit_rows(conn: Connection, destination: Destination, job_id: UUID) -> list[_Row]:
    """The next records that may be sent; those that may not are taken out."""
    limit = destination.records_per_request
    while True:
        with conn.cursor(row_factory=class_row(_Row)) as cursor:
            rows = cursor.execute(
                statement("ingest.outbound", "claim"), {"job": job_id, "limit": limit}
            ).fetchall()
        barred = suppressed(conn, [row.entity_key for row in rows])
        fit = []
        for row in rows:
            state, error = fault_of(destination, row.body, is_barred=row.entity_key in barred)
            if state is None:
                fit.append(row)
            else:
                conn.execute(
                    "update raw.outbound_deliveries set state = %s, error = %s,"
                    " changed_at = clock_timestamp(), next_attempt_at = null where id = %s",
                    (state, error, row.id),
                )
        if fit or not rows:
            return fit


def fault_of(
    destination: Destination, body: dict[str, Any], *, is_barred: bool
) -> tuple[str | None, str | None]:
    """Why a record may not be sent, as state and in words; nothing if it may."""
    if is_barred:
        return "suppressed", "the person may not be written to"
    missing = destination.missing(body)
    if missing:
        return "skipped", f"{', '.join(missing)} missing"
    # before it is written the delivery's id is missing from it, which takes as much
    known = body if DELIVERY_ID in body else {DELIVERY_ID: "0" * 36, **body}
    size = len(msgspec.json.encode(known))
    if size > destination.max_bytes:
        return "skipped", f"{size:,} bytes, the destination takes {destination.max_bytes:,}"
    return None, None


def _later(conn: Connection, job_id: UUID) -> Wait | Ended:
    """When the next record may be tried; if there is none, the job is over."""
    row = conn.execute(
        "select extract(epoch from min(next_attempt_at) - clock_timestamp())::double precision,"
        " count(*) from raw.outbound_deliveries"
        " where job_id = %s and state in ('pending', 'in_flight')",
        (job_id,),
    ).fetchone()
    if row and row[1]:
        return Wait(max(row[0] or 0.0, 0.01))
    conn.execute(
        "update raw.email_waterfall_jobs set"
        " status = case when sent_count > 0 or total_records = 0 then 'completed'"
        " else 'failed' end, completed_at = clock_timestamp() where id = %s",
        (job_id,),
    )
    return Ended()


def _take_tokens(conn: Connection, destination: Destination, wanted: int) -> Wait | str | None:
    """Take tokens; how long there are none, or why there never will be."""
    row = conn.execute(
        statement("ingest.outbound", "take_tokens"),
        {
            "name": destination.name,
            "burst": float(destination.burst),
            "rate": float(destination.rate),
            "wanted": wanted,
            "lifetime": destination.lifetime_limit,
        },
    ).fetchone()
    if row is None:
        raise LookupError(destination.name)
    is_taken, so_far, wait = row
    if is_taken:
        return None
    limit = destination.lifetime_limit
    if limit is not None and so_far + wanted > limit:
        return (
            f"the destination has taken {so_far:,} of the {limit:,} records of its life; "
            "make a new webhook and a new line of the list for it"
        )
    return Wait(max(float(wait), 0.001))


def record(
    conn: Connection, destination: Destination, job: Job, claim: Claim, outcome: Outcome
) -> None:
    """Write what came of a request, with all that follows from it, in the open transaction."""
    state = {
        End.SENT: "sent",
        End.FAILED: "failed",
        End.UNKNOWN: "unknown",
        End.AGAIN: "pending",
        End.REFUSED: "pending",
    }[outcome.end]
    if outcome.end is End.UNKNOWN and destination.doubts == AT_LEAST_ONCE:
        state = "pending"
    found = conn.execute(
        statement("ingest.outbound", "record"),
        {
            "request": claim.request_id,
            "state": state,
            "status": outcome.status,
            "error": outcome.error,
            "most_attempts": MOST_ATTEMPTS,
            "first": FIRST_PAUSE,
            "longest": LONGEST_PAUSE,
        },
    ).fetchall()
    if state == "sent" and any(row_id for row_id, _ in found):
        conn.execute(
            statement("ingest.outbound", "flag_rows"),
            {"deliveries": claim.deliveries, "request": claim.request_id},
        )
    if not outcome.may_have_arrived:
        conn.execute(
            "update raw.outbound_destinations set submitted = submitted - %s where name = %s",
            (len(found), destination.name),
        )
    _count_failures(conn, destination, job, outcome)


def _count_failures(conn: Connection, destination: Destination, job: Job, outcome: Outcome) -> None:
    if outcome.end is End.SENT:
        conn.execute(
            "update raw.email_waterfall_jobs set _failures_in_row = 0"
            " where id = %s and _failures_in_row > 0",
            (job.id,),
        )
        return
    row = conn.execute(
        "update raw.email_waterfall_jobs set _failures_in_row = _failures_in_row + 1"
        " where id = %s returning _failures_in_row",
        (job.id,),
    ).fetchone()
    failures = row[0] if row else 0
    wait = outcome.retry_after
    if outcome.end is End.AGAIN:
        conn.execute(
            "update raw.outbound_destinations set blocked_until = clock_timestamp() + coalesce("
            "%(wait)s::double precision, least(%(longest)s, %(first)s * 2 ^ (%(failures)s - 1))"
            " * (0.5 + random() / 2)) * interval '1 second' where name = %(name)s",
            {
                "wait": wait,
                "longest": LONGEST_PAUSE,
                "first": FIRST_PAUSE,
                "failures": failures,
                "name": destination.name,
            },
        )
    if outcome.end is End.REFUSED:
        pause = f"the destination refuses us: {outcome.error}"
    elif failures >= MOST_FAILURES:
        pause = f"{failures} requests in a row failed, the last one: {outcome.error}"
    elif wait is not None and wait > LONGEST_OBEYED:
        pause = f"the destination wants to be asked again in {wait:,.0f} seconds only"
    else:
        return
    set_status(conn, job.id, "paused", pause)


@dataclass(frozen=True)
class ErrorCount:
    """How many deliveries of a job are in a state for one reason."""

    state: str
    error: str
    records: int


def errors_of(conn: Connection, job: Job) -> list[ErrorCount]:
    """Why deliveries of a job are not sent, the most frequent reasons first."""
    with conn.cursor(row_factory=class_row(ErrorCount)) as cursor:
        return cursor.execute(
            "select state, error, count(*) as records from raw.outbound_deliveries"
            " where job_id = %s and error is not null and state <> 'sent'"
            " group by state, error order by records desc, state, error limit 20",
            (job.id,),
        ).fetchall()
