"""The ledger of what is sent: jobs and deliveries, each change of a state one transaction.

A record is in flight, by a commit, before its request begins, and what came of it is the next
commit. So whatever ends in between leaves a doubt that can be seen, and never a second request.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.rows import class_row

from ingest.landing.rows import DELIVERY_ID, new_id
from ingest.outbound.destinations import AT_LEAST_ONCE, Destination
from ingest.outbound.jobs import Job, set_status
from ingest.outbound.request import End, Outcome
from ingest.outbound.suppression import Addressee, Bar, bars_of
from ingest.postgres.connection import Connection
from ingest.postgres.locks import PRIVACY, share
from ingest.postgres.statements import statement

MOST_ATTEMPTS = 8  # requests that one record is worth
MOST_FAILURES = 10  # in a row; then the destination has a problem, not the record
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts, doubled each time
IN_FLIGHT = 1.0  # seconds to wait where nothing is left but what is in flight
LONGEST_OBEYED = 900.0  # seconds of Retry-After that a sender waits for; else the job pauses


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
class _Row:
    id: UUID
    entity_key: str
    row_id: UUID | None = None
    body: dict[str, Any] = field(default_factory=dict)


def claim(conn: Connection, destination: Destination, job_id: UUID) -> Claim | Wait | Ended:
    """Take the records of the next request: in flight by the commit of this transaction.

    What lacks a required field by now, or may not be written to, is not sent.
    """
    share(conn, PRIVACY)
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
        bars = bars_of(conn, [Addressee(row.entity_key, row.body, row.row_id) for row in rows])
        fit = []
        for place, row in enumerate(rows):
            bar = bars.get(place)
            state, error = fault_of(destination, row.body, is_barred=bar is not None)
            if state is None:
                fit.append(row)
            elif bar is Bar.ERASED:
                conn.execute(statement("ingest.outbound", "forget"), {"id": row.id})
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
    # before it is written the delivery's id is missing from it
    size = len(msgspec.json.encode({**body, DELIVERY_ID: "0" * 36}))
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
        # what is in flight wakes the sender when it is answered
        return Wait(IN_FLIGHT if row[0] is None else max(row[0], 0.01))
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
    is_taken, so_far, wait, blocked = row
    if is_taken:
        return None
    limit = destination.lifetime_limit
    if limit is not None and so_far + wanted > limit:
        return (
            f"the destination has taken {so_far:,} of the {limit:,} records of its life; "
            "make a new webhook and a new line of the list for it"
        )
    if blocked > LONGEST_OBEYED:
        return _asked_again(blocked)
    return Wait(max(float(wait), 0.001))


def _asked_again(seconds: float) -> str:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    return (
        f"the destination wants to be asked again in {seconds:,.0f} seconds only, "
        f"at {at:%Y-%m-%d %H:%M} UTC"
    )


def record(
    conn: Connection,
    destination: Destination,
    job: Job,
    claim: Claim,
    outcome: Outcome,
    *,
    is_counted: bool = True,
) -> None:
    """Write what came of a request, with all that follows from it, in the open transaction.

    Args:
        conn: A connection in a transaction.
        destination: Where it went.
        job: The job.
        claim: What the request took.
        outcome: How it ended.
        is_counted: Whether it adds to the failures in a row, if it is one.
    """
    share(conn, PRIVACY)
    outcome = _without_quotes(conn, claim, outcome)
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
            "job": job.id,
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
    _count_failures(conn, destination, job, outcome, is_counted=is_counted)


def _without_quotes(conn: Connection, claim: Claim, outcome: Outcome) -> Outcome:
    """The outcome, without the words of the destination if they may quote what was erased since."""
    if outcome.error is None:
        return outcome
    rows = conn.execute(
        "select id, body from raw.outbound_deliveries where id = any(%s)", (claim.deliveries,)
    )
    if dict(rows) == dict(zip(claim.deliveries, claim.bodies, strict=True)):
        return outcome
    return replace(outcome, error=outcome.error.partition(":")[0])


def _count_failures(
    conn: Connection, destination: Destination, job: Job, outcome: Outcome, *, is_counted: bool
) -> None:
    if outcome.end is End.SENT:
        conn.execute(
            "update raw.email_waterfall_jobs set _failures_in_row = 0"
            " where id = %s and _failures_in_row > 0",
            (job.id,),
        )
        return
    row = conn.execute(
        "update raw.email_waterfall_jobs set _failures_in_row = _failures_in_row + %s"
        " where id = %s returning _failures_in_row",
        (int(is_counted), job.id),
    ).fetchone()
    failures = row[0] if row else 0
    wait = outcome.retry_after
    if outcome.end is End.AGAIN:
        conn.execute(
            "update raw.outbound_destinations set blocked_until = greatest(blocked_until,"
            " clock_timestamp() + coalesce(%(wait)s::double precision,"
            " least(%(longest)s, %(first)s * 2 ^ (%(failures)s - 1))"
            " * (0.5 + random() / 2)) * interval '1 second') where name = %(name)s",
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
        pause = _asked_again(wait)
    else:
        return
    set_status(conn, job.id, "paused", pause)
