"""The one sender of a destination: claims, posts and records, until nothing is left to do.

Whatever ends it, the ledger is true: what it had in flight is in doubt, the rest waits.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

import psycopg

from ingest.errors import IngestError
from ingest.outbound import jobs, ledger
from ingest.outbound.destinations import Destination
from ingest.outbound.jobs import Job
from ingest.outbound.ledger import Claim, Ended, Wait
from ingest.outbound.request import Client, End, Outcome
from ingest.postgres.connection import Connection, connect

APPLICATION = "ingest send"
_MOST_AT_ONCE = 16  # requests under way
_LONGEST_SLEEP = 1.0  # seconds; then it is asked again, as the job may be cancelled meanwhile
# seconds, of all of a request: who answers byte by byte is never late for any of them
_LONGEST_REQUEST = 60.0


@dataclass(frozen=True)
class _Answer:
    """What came of a request.

    Args:
        claim: What it took.
        failures: How many requests had failed when it began.
        outcome: How it ended; an exception if that is nothing that was foreseen.
    """

    claim: Claim
    failures: int
    outcome: Outcome | Exception


@dataclass(frozen=True)
class _UnderWay:
    """A request that was begun.

    Args:
        claim: What it took.
        failures: How many requests had failed when it began.
        due: Until when it is waited for, of the clock that never goes back.
    """

    claim: Claim
    failures: int
    due: float


class _Requests:
    """Requests under way, each in a thread that ends with the process.

    Args:
        client: What sends them.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._begun: dict[int, _UnderWay] = {}
        self._numbers = count()
        self._outcomes: SimpleQueue[tuple[int, Outcome | Exception]] = SimpleQueue()
        self._again: list[_Answer] = []

    @property
    def under_way(self) -> int:
        """How many answers are to come."""
        return len(self._begun) + len(self._again)

    def begin(self, claim: Claim, failures: int) -> None:
        """Send what was claimed."""
        number = next(self._numbers)
        self._begun[number] = _UnderWay(claim, failures, monotonic() + _LONGEST_REQUEST)
        Thread(target=self._send, args=(number, claim), daemon=True).start()

    def _send(self, number: int, claim: Claim) -> None:
        outcome: Outcome | Exception
        try:
            outcome = self._client.post(claim.bodies)
        except Exception as fault:  # noqa: BLE001 - raised again where it is waited for
            outcome = fault
        self._outcomes.put((number, outcome))

    def answer(self, seconds: float | None) -> _Answer | None:
        """The next answer, if one comes in time; None waits as long as it takes.

        A request that is not answered when it is due is in doubt, whatever comes of it later.
        """
        if self._again:
            return self._again.pop()
        until = None if seconds is None else monotonic() + seconds
        while self._begun:
            first = min(self._begun, key=lambda number: self._begun[number].due)
            due = self._begun[first].due
            try:
                ends = due if until is None else min(due, until)
                number, outcome = self._outcomes.get(timeout=max(0.0, ends - monotonic()))
            except Empty:
                if monotonic() < due:
                    return None
                number, outcome = first, Outcome(End.UNKNOWN, None, "no answer in time")
            begun = self._begun.pop(number, None)
            if begun is not None:
                return _Answer(begun.claim, begun.failures, outcome)
        return None

    def put_back(self, answer: _Answer) -> None:
        """Have an answer come again."""
        self._again.append(answer)


def send(
    conn: Connection,
    destination: Destination,
    job: Job,
    *,
    stop: Event,
    progress: Callable[[int], None],
) -> None:
    """Send the records of a job, whose status says afterwards how far it came.

    Requests overlap as far as rate and burst allow, so that slow answers do not make it slow. The
    first goes alone, and so does the next after one that failed.

    Args:
        conn: A connection that holds the destination's lock, outside any transaction.
        destination: Where to.
        job: The job; it is being processed.
        stop: Set when the sender shall stop; the requests under way are finished.
        progress: Told of each request, how many records it took.

    Raises:
        IngestError: The address or the secret cannot be had, or the database went away.
    """
    with Client(destination) as client:
        requests = _Requests(client)
        try:
            _send_all(conn, destination, job, requests, stop=stop, progress=progress)
        except Exception as fault:
            # whatever ends it: what is on its way is waited for, and what came of it is written
            doubts = _record_the_rest(destination, job, requests)
            if not isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError):
                raise
            kept = f"; {doubts:,} records were on their way and are in doubt" if doubts else ""
            raise IngestError(
                f"the connection to the database was lost{kept}",
                where=f"job {job.number}",
                hint=f"run ingest send resume {job.number}",
            ) from fault


def _send_all(
    conn: Connection,
    destination: Destination,
    job: Job,
    requests: _Requests,
    *,
    stop: Event,
    progress: Callable[[int], None],
) -> None:
    many = max(1, min(_MOST_AT_ONCE, destination.burst // destination.records_per_request))
    failures, at_once = 0, 1
    while requests.under_way or not stop.is_set():
        seconds = _LONGEST_SLEEP
        if requests.under_way < at_once and not stop.is_set():
            with conn.transaction():
                claimed = ledger.claim(conn, destination, job.id)
            if isinstance(claimed, Claim):
                requests.begin(claimed, failures)
                continue
            if isinstance(claimed, Ended) and not requests.under_way:
                return
            if isinstance(claimed, Wait):
                seconds = min(claimed.seconds, _LONGEST_SLEEP)
        if not requests.under_way:
            stop.wait(seconds)
            continue
        answer = requests.answer(seconds)
        if answer is not None:
            # of those that failed together one counts
            is_counted = answer.failures == failures
            try:
                outcome = _record(conn, destination, job, answer, is_counted=is_counted)
            except Exception:
                requests.put_back(answer)
                raise
            has_failed = outcome.end not in (End.SENT, End.FAILED)
            failures += has_failed
            at_once = 1 if has_failed else many
            progress(len(answer.claim.deliveries))
    with conn.transaction():
        jobs.set_status(conn, job.id, "paused", "interrupted")


def _record(
    conn: Connection, destination: Destination, job: Job, answer: _Answer, *, is_counted: bool
) -> Outcome:
    if isinstance(answer.outcome, Exception):
        raise answer.outcome
    with conn.transaction():
        ledger.record(conn, destination, job, answer.claim, answer.outcome, is_counted=is_counted)
    return answer.outcome


def _record_the_rest(destination: Destination, job: Job, requests: _Requests) -> int:
    """Write the answers that are left over a new connection; how many records stay in doubt."""
    answers = []
    while requests.under_way and (found := requests.answer(None)):
        answers.append(found)
    doubts = sum(len(each.claim.deliveries) for each in answers)
    if not answers:
        return doubts
    with suppress(psycopg.Error, IngestError), connect(application_name=APPLICATION) as again:
        for each in answers:
            if isinstance(each.outcome, Outcome):
                with suppress(psycopg.Error):
                    with again.transaction():
                        ledger.record(again, destination, job, each.claim, each.outcome)
                    doubts -= len(each.claim.deliveries)
    return doubts
