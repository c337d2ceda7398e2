"""What the commands of ``ingest send`` share: a job made, sent and shown."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import Event
from typing import TYPE_CHECKING, Any

import click

from ingest.errors import ExitStatus, IngestError
from ingest.postgres.connection import Connection, connect, describe
from ingest.postgres.locks import PRIVACY, share
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import RecordBar
from ingest.terminal.screen import emit_json, err, out, say, show
from ingest.terminal.tables import age, print_paragraph

if TYPE_CHECKING:
    from ingest.outbound.destinations import Destination
    from ingest.outbound.jobs import Job
    from ingest.outbound.selection import Selection

_SHOWN = 3  # bodies of a dry run
_NAMED = 5  # unknown keys on the screen
_NEARLY = 0.9  # of a lifetime limit: worth a warning


def run(
    kind: str,
    destination: Destination,
    choose: Callable[[Connection], Selection],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Select, write a job and send it; or show what that would be."""
    from ingest.outbound import jobs, sender  # noqa: PLC0415

    with connect(application_name=sender.APPLICATION) as conn:
        require_initialised(conn)
        server = describe(conn)
        if dry_run:
            with conn.transaction(force_rollback=True):
                chosen = choose(conn)
            _report(destination, chosen, server)
            bodies = [r.body for r in chosen.records if r.state == "pending"][:_SHOWN]
            document = {"server": server, "destination": destination.name, **_counts(chosen)}
            if as_json:
                emit_json({**document, "bodies": bodies, "job": None})
            else:
                for body in bodies:
                    emit_json(body)
            return
        destination.url(), destination.headers()  # before a job is made that could not begin
        be_the_sender(conn, destination)
        job = None
        with conn.transaction():
            # who is erased meanwhile is erased in the job as well
            share(conn, PRIVACY, lambda holder: say(f"Waiting for {holder}, who erases ..."))
            chosen = choose(conn)
            _report(destination, chosen, server)
            if chosen.records:
                mind_the_lifetime(conn, destination, chosen.to_send)
                job = jobs.job_by_id(conn, jobs.create_job(conn, destination, kind, chosen.records))
        if job is None:
            say("Nothing to send; no job was made.")
            if as_json:
                document = {"server": server, "destination": destination.name}
                emit_json({**document, **_counts(chosen), "job": None})
            return
        say(f"Job {job.number}: {chosen.to_send:,} records to {destination.name}.")
        document = {"server": server, "destination": destination.name, **_counts(chosen)}
        send_job(conn, destination, job, as_json=as_json, document=document)


def send_job(
    conn: Connection,
    destination: Destination,
    job: Job,
    *,
    as_json: bool,
    document: dict[str, Any],
) -> None:
    """Send the records of a job and end the command as it came out."""
    from ingest.outbound import jobs, sender  # noqa: PLC0415

    with conn.transaction():
        jobs.set_status(conn, job.id, "processing", None)
    with _stopping() as stop, RecordBar(err, f"job {job.number}", job.open_count) as bar:
        sender.send(conn, destination, job, stop=stop, progress=bar.advance)
    with conn.transaction():
        job = jobs.job_by_id(conn, job.id)
    if as_json:
        emit_json({**document, "job": asdict(job)})
    else:
        show_job(job)
    if stop.is_set():
        raise click.Abort
    if job.status == "paused":
        raise IngestError(
            f"paused, {job.reason}",
            where=f"job {job.number}",
            # a refused request ends its records; without being asked for they do not go again
            hint=f"then run ingest send resume {job.number}"
            + ("" if job.open_count or not job.failed_count else " --failed"),
        )
    if job.failed_count:
        raise click.exceptions.Exit(ExitStatus.REJECTED)


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event that Ctrl-C and a scheduler's TERM set; a second Ctrl-C ends at once."""
    stop = Event()

    def ask(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def be_the_sender(conn: Connection, destination: Destination) -> None:
    """Be the one sender of a destination, or say who is; what the last one left is in doubt."""
    from ingest.outbound import jobs  # noqa: PLC0415

    held_by = jobs.take_lock(conn, destination.name)
    if held_by:
        raise IngestError(
            f"somebody is sending there: {held_by}",
            where=f"destination {destination.name}",
            hint="wait for it, or see ingest send jobs",
        )
    with conn.transaction():
        doubts = jobs.settle_abandoned(conn, destination)
    if doubts:
        say(f"{doubts:,} records that the last sender had under way are in doubt.")


def mind_the_lifetime(
    conn: Connection, destination: Destination, wanted: int, *, is_begun: bool = False
) -> None:
    """Refuse what a destination will not take in its life any more; warn when that is near.

    Args:
        conn: A connection.
        destination: Where to.
        wanted: How many records are to be sent.
        is_begun: A job is there that sends as many as fit.
    """
    from ingest.outbound import jobs  # noqa: PLC0415

    limit = destination.lifetime_limit
    if limit is None:
        return
    with conn.transaction():
        so_far = jobs.submitted(conn, destination.name)
    words = f"{so_far:,} of the {limit:,} records of its life are used"
    rest = max(limit - so_far, 0)
    if wanted > rest and not (is_begun and rest):
        raise IngestError(
            f"{words}, {wanted:,} more do not fit",
            where=f"destination {destination.name}",
            hint=f"{f'send {rest:,} at most, or ' if rest else ''}"
            "make a new webhook and a new line for it",
        )
    if so_far + wanted >= _NEARLY * limit:
        say(f"Warning: destination {destination.name}: {words}, {wanted:,} more follow.")


def _report(destination: Destination, chosen: Selection, server: str) -> None:
    say(f"{chosen.to_send:,} records for {destination.name}; {server}.")
    for why, n in sorted(chosen.left_out.items()):
        say(f"  {n:,} left out: {why}.")
    for why, n in sorted(chosen.barred.items()):
        say(f"  {n:,} not sent: {why}.")
    if chosen.unknown:
        named = "; ".join(chosen.unknown[:_NAMED])
        more = ", ..." if len(chosen.unknown) > _NAMED else ""
        say(f"  {len(chosen.unknown):,} not known: {named}{more}")


def _counts(chosen: Selection) -> dict[str, Any]:
    return {
        "to_send": chosen.to_send,
        "left_out": dict(chosen.left_out),
        "not_sent": dict(chosen.barred),
        "unknown": chosen.unknown,
    }


def show_job(job: Job) -> None:
    """Show how far a job came, and what may be done."""
    show(f"Job {job.number} ({job.kind} to {job.destination}): {job.status}")
    if job.reason:
        print_paragraph(out, f"{'reason':10}", job.reason)
    counts = f"{job.sent_count:,} sent, {job.failed_count:,} failed, {job.open_count:,} open"
    print_paragraph(out, f"{'records':10}", f"{job.total_records:,}: {counts}")
    states = ", ".join(f"{n:,} {state}" for state, n in sorted(job.states.items()))
    print_paragraph(out, f"{'states':10}", states or "none")
    if job.oldest_awaited_at:
        since = age(job.at - job.oldest_awaited_at)
        print_paragraph(
            out, f"{'results':10}", f"{job.awaited:,} without a result, the first sent {since}"
        )
    if job.states.get("unknown"):
        print_paragraph(
            out,
            f"{'doubts':10}",
            f"{job.states['unknown']:,} may or may not have arrived; ingest send resume "
            f"{job.number} --doubts sends them again",
        )


def status_of(job: Job, at_work: set[str]) -> str:
    """The status of a job; of one whose sender is gone that it was left."""
    is_left = job.status in ("pending", "processing") and job.destination not in at_work
    return f"{job.status}, left" if is_left else job.status
