"""The one sender of a destination: claims, posts and records, until nothing is left to do.

Whatever ends it, the ledger is true: what it had in flight is in doubt, the rest waits.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import psycopg

from ingest.errors import IngestError
from ingest.outbound import jobs, ledger
from ingest.outbound.destinations import Destination
from ingest.outbound.jobs import Job
from ingest.outbound.ledger import Claim, Ended, Wait
from ingest.outbound.request import Client, Outcome
from ingest.postgres.connection import Connection, connect

APPLICATION = "ingest send"
_LONGEST_SLEEP = 5.0  # seconds; then it is asked again, as the job may be cancelled meanwhile


def send(
    conn: Connection,
    destination: Destination,
    job: Job,
    *,
    stop: Event,
    progress: Callable[[int], None],
) -> None:
    """Send the records of a job, whose status says afterwards how far it came.

    Args:
        conn: A connection that holds the destination's lock, outside any transaction.
        destination: Where to.
        job: The job; it is being processed.
        stop: Set when the sender shall stop; the request under way is finished.
        progress: Told of each request, how many records it took.

    Raises:
        IngestError: The address or the secret cannot be had, or the database went away.
    """
    with Client(destination) as client:
        while not stop.is_set():
            with conn.transaction():
                claimed = ledger.claim(conn, destination, job.id)
            if isinstance(claimed, Ended):
                return
            if isinstance(claimed, Wait):
                stop.wait(min(claimed.seconds, _LONGEST_SLEEP))
                continue
            outcome = client.post(claimed.bodies)
            _record(conn, destination, job, claimed, outcome)
            progress(len(claimed.deliveries))
    with conn.transaction():
        jobs.set_status(conn, job.id, "paused", "interrupted")


def _record(
    conn: Connection, destination: Destination, job: Job, claimed: Claim, outcome: Outcome
) -> None:
    """Write what came of a request; where the connection is gone, over another one.

    Without its connection it is the destination's sender no more, so that it ends with that.
    """
    try:
        with conn.transaction():
            ledger.record(conn, destination, job, claimed, outcome)
    except (psycopg.OperationalError, psycopg.InterfaceError) as fault:
        n = len(claimed.deliveries)
        try:
            with connect(application_name=APPLICATION) as again, again.transaction():
                ledger.record(again, destination, job, claimed, outcome)
        except (psycopg.Error, IngestError):
            kept = f"; {n:,} records were on their way and are in doubt"
        else:
            kept = ""
        raise IngestError(
            f"the connection to the database was lost{kept}",
            where=f"job {job.number}",
            hint=f"run ingest send resume {job.number}",
        ) from fault
