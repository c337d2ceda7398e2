"""``ingest send``: records out to a destination."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from ingest.commands.common import json_option
from ingest.errors import ExitStatus, IngestError, UsageError
from ingest.postgres.connection import Connection, connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import RecordBar
from ingest.terminal.screen import emit_json, err, out, say, show
from ingest.terminal.tables import age, print_paragraph, print_table

if TYPE_CHECKING:
    from ingest.outbound.destinations import Destination
    from ingest.outbound.ledger import Job
    from ingest.outbound.selection import Selection

_SHOWN = 3  # bodies of a dry run
_NAMED = 5  # unknown keys on the screen
_WINDOW = re.compile(r"(\d{1,5})([dh])")
_SECONDS = {"d": 86_400, "h": 3_600}

destination_option = click.option(
    "--destination",
    required=True,
    metavar="NAME",
    help="Where to: a line of seeds/registry/destinations.csv.",
)
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Say how many would go and show three; nothing is written."
)
test_option = click.option(
    "--test", "test", type=click.IntRange(min=1), metavar="N", help="Send N records and no more."
)


@click.group("send", epilog="Example: ingest send emails --destination NAME --icp SLUG --dry-run")
def command() -> None:
    """Send records to a destination, each once, and account for every one."""


@command.command(
    "emails",
    epilog="Example: ingest send emails --destination clay-email-waterfall --icp acme --test 3",
)
@destination_option
@click.option("--icp", metavar="SLUG", help="Leads of a profile without a valid e-mail address.")
@click.option(
    "--people",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="People by profile, one a line, or a CSV with linkedin_url.",
)
@click.option(
    "--sql",
    "query",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What a query finds: its rows are sent as they are, by their linkedin_url.",
)
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Send at most so many.")
@click.option(
    "--exclude-sent-within",
    "within",
    metavar="90d",
    help="Who was sent before may go again, unless within so many days (d) or hours (h).",
)
@click.option("--force", is_flag=True, help="Send again whom it was sent before, or in doubt.")
@dry_run_option
@test_option
@json_option
def emails(
    *,
    destination: str,
    icp: str | None,
    people: Path | None,
    query: Path | None,
    limit: int | None,
    within: str | None,
    force: bool,
    dry_run: bool,
    test: int | None,
    as_json: bool,
) -> None:
    """Send people to a destination that looks for their e-mail addresses.

    Everybody goes to a destination once: who was sent before, is under way or in doubt is left out.
    What comes back with its _hq_delivery_id, as a file or by HTTP, is the delivery's result.

    Ends with 0, with 3 if some records were not sent, with 1 if the job was paused.
    """
    if sum(x is not None for x in (icp, people, query)) != 1:
        raise UsageError("give one of --icp, --people and --sql")
    _refuse_both(dry_run=dry_run, test=test)
    seconds = _window(within)
    _require_extra()
    from ingest.outbound import selection as s  # noqa: PLC0415 - the extra may be missing
    from ingest.outbound.destinations import find_destination  # noqa: PLC0415

    there = find_destination(destination, "emails")

    def choose(conn: Connection) -> s.Selection:
        chosen = s.Selection()
        if icp is not None:
            found = s.leads(conn, icp)
        elif people is not None:
            found = s.people_of_file(conn, people, chosen)
        else:
            found = s.people_of_sql(conn, query or Path())
        most = min(x for x in (limit, test) if x is not None) if limit or test else None
        s.select(conn, there, found, chosen, limit=most, within=seconds, force=force)
        return chosen

    _run("emails", there, choose, dry_run=dry_run, as_json=as_json)


@command.command(
    "salesnav", epilog="Example: ingest send salesnav --destination clay-salesnav --batch-size 500"
)
@destination_option
@click.option("--upload", metavar="ID", type=click.UUID, help="Rows of this upload only.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), metavar="N", help="At most so many in this batch."
)
@dry_run_option
@test_option
@json_option
def salesnav(
    *,
    destination: str,
    upload: UUID | None,
    batch_size: int | None,
    dry_run: bool,
    test: int | None,
    as_json: bool,
) -> None:
    """Send a batch of rows of Sales Navigator that were not sent yet, oldest first.

    A row gets clay_batch_number, the number of the job, and sent_to_clay_at when the destination
    has acknowledged it, and not before.

    Ends with 0, with 3 if some records were not sent, with 1 if the job was paused.
    """
    _refuse_both(dry_run=dry_run, test=test)
    _require_extra()
    from ingest.outbound import selection as s  # noqa: PLC0415 - the extra may be missing
    from ingest.outbound.destinations import find_destination  # noqa: PLC0415

    there = find_destination(destination, "salesnav")

    def choose(conn: Connection) -> s.Selection:
        chosen = s.Selection()
        most = min(x for x in (batch_size, test) if x is not None) if batch_size or test else None
        s.select(conn, there, s.salesnav_rows(conn, upload), chosen, limit=most)
        return chosen

    _run("salesnav", there, choose, dry_run=dry_run, as_json=as_json)


def _run(
    kind: str,
    destination: Destination,
    choose: Callable[[Connection], Selection],
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    from ingest.outbound import ledger, sender  # noqa: PLC0415

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
        _be_the_sender(conn, destination)
        with conn.transaction():
            ledger.settle_abandoned(conn, destination)
        with conn.transaction():
            chosen = choose(conn)
        _report(destination, chosen, server)
        if not chosen.records:
            say("Nothing to send; no job was made.")
            if as_json:
                document = {"server": server, "destination": destination.name}
                emit_json({**document, **_counts(chosen), "job": None})
            return
        _mind_the_lifetime(conn, destination, chosen.to_send)
        with conn.transaction():
            job_id = ledger.create_job(conn, destination, kind, chosen.records)
            job = ledger.job_by_id(conn, job_id)
        say(f"Job {job.number}: {chosen.to_send:,} records to {destination.name}.")
        document = {"server": server, "destination": destination.name, **_counts(chosen)}
        _send(conn, destination, job, as_json=as_json, document=document)


@command.command("jobs", epilog="Example: ingest send jobs --limit 5")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="List at most so many jobs.",
)
@json_option
def jobs(limit: int, as_json: bool) -> None:
    """List jobs, newest first."""
    _require_extra()
    from ingest.outbound import ledger  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        found = ledger.jobs(conn, limit)
        at_work = {
            name for name in {j.destination for j in found} if ledger.is_being_sent(conn, name)
        }
    if as_json:
        emit_json([asdict(job) for job in found])
    elif not found:
        say("Nothing has been sent yet.")
    else:
        print_table(
            out,
            (
                "#job",
                "kind",
                "~destination",
                "status",
                "#total",
                "#sent",
                "#failed",
                "#open",
                "made",
            ),
            [
                (
                    *(job.number, job.kind, job.destination),
                    *(_status(job, at_work), job.total_records),
                    *(job.sent_count, job.failed_count, job.open_count),
                    age(job.at - job.created_at),
                )
                for job in found
            ],
        )


@command.command("status", epilog="Example: ingest send status 12")
@click.argument("job", metavar="JOB")
@json_option
def status(job: str, as_json: bool) -> None:
    """Show a job: how many records are in which state, and what to do.

    JOB is its number, or its id or the beginning of one.
    """
    _require_extra()
    from ingest.outbound import ledger  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        found = ledger.find_job(conn, job)
        errors = ledger.errors_of(conn, found)
        is_at_work = ledger.is_being_sent(conn, found.destination)
    if as_json:
        emit_json({**asdict(found), "errors": errors})
        return
    _show_job(found)
    if found.status in ("pending", "processing") and not is_at_work:
        words = f"its sender is gone; ingest send resume {found.number} sends what is left"
        print_paragraph(out, f"{'left':10}", words)
    if errors:
        out.print()
        columns = ("state", "#records", "~why")
        print_table(out, columns, [(e.state, e.records, e.error) for e in errors])


@command.command("resume", epilog="Example: ingest send resume 12 --doubts")
@click.argument("job", metavar="JOB")
@click.option("--doubts", is_flag=True, help="Send those in doubt again: some may arrive twice.")
@click.option("--failed", is_flag=True, help="Send those that failed again.")
@json_option
def resume(job: str, doubts: bool, failed: bool, as_json: bool) -> None:
    """Go on with a job that was paused, killed or interrupted: what is left, and nothing else.

    JOB is its number, or its id or the beginning of one. Records in doubt stay where they are
    unless they are asked for.

    Ends with 0, with 3 if some records were not sent, with 1 if the job was paused again.
    """
    _require_extra()
    from ingest.outbound import ledger, sender  # noqa: PLC0415
    from ingest.outbound.destinations import find_destination  # noqa: PLC0415

    with connect(application_name=sender.APPLICATION) as conn:
        require_initialised(conn)
        found = ledger.find_job(conn, job)
        if found.status == "cancelled":
            raise UsageError(f"job {found.number} was cancelled", hint="send what is left anew")
        destination = find_destination(found.destination, found.kind)
        destination.url(), destination.headers()
        conn.commit()
        _be_the_sender(conn, destination)
        with conn.transaction():
            ledger.settle_abandoned(conn, destination)
        with conn.transaction():
            opened = ledger.reopen(conn, found, doubts=doubts, failed=failed)
            found = ledger.job_by_id(conn, found.id)
        left = f"{found.open_count:,} records left"
        again = "".join(
            f", {n:,} of them {what}"
            for n, what in ((opened.doubts, "in doubt before"), (opened.failed, "failed before"))
            if n
        )
        say(f"Job {found.number}: {left}{again}, to {destination.name}; {describe(conn)}.")
        _send(conn, destination, found, as_json=as_json, document={"server": describe(conn)})


@command.command("cancel", epilog="Example: ingest send cancel 12")
@click.argument("job", metavar="JOB")
@json_option
def cancel(job: str, as_json: bool) -> None:
    """Cancel a job: what waits is not sent. A sender at work stops behind its present request.

    JOB is its number, or its id or the beginning of one.
    """
    _require_extra()
    from ingest.outbound import ledger  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        with conn.transaction():
            found = ledger.find_job(conn, job)
            if not found.open_count:
                raise UsageError(f"job {found.number} is over: {found.status}")
            skipped = ledger.cancel(conn, found)
            found = ledger.job_by_id(conn, found.id)
    if as_json:
        emit_json({**asdict(found), "skipped": skipped})
    say(f"Job {found.number} is cancelled; {skipped:,} records are not sent.")


def _send(
    conn: Connection,
    destination: Destination,
    job: Job,
    *,
    as_json: bool,
    document: dict[str, Any],
) -> None:
    from ingest.outbound import ledger, sender  # noqa: PLC0415

    with conn.transaction():
        ledger.set_status(conn, job.id, "processing", None)
    with _stopping() as stop, RecordBar(err, f"job {job.number}", job.open_count) as bar:
        sender.send(conn, destination, job, stop=stop, progress=bar.advance)
    with conn.transaction():
        job = ledger.job_by_id(conn, job.id)
    if as_json:
        emit_json({**document, "job": asdict(job)})
    else:
        _show_job(job)
    if stop.is_set():
        raise click.Abort
    if job.status == "paused":
        raise IngestError(
            f"paused, {job.reason}",
            where=f"job {job.number}",
            hint=f"then run ingest send resume {job.number}",
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


def _be_the_sender(conn: Connection, destination: Destination) -> None:
    from ingest.outbound import ledger  # noqa: PLC0415

    held_by = ledger.take_lock(conn, destination.name)
    if held_by:
        raise IngestError(
            f"somebody is sending there: {held_by}",
            where=f"destination {destination.name}",
            hint="wait for it, or see ingest send jobs",
        )


def _mind_the_lifetime(conn: Connection, destination: Destination, wanted: int) -> None:
    """Refuse what a destination will not take in its life any more; warn when that is near."""
    from ingest.outbound import ledger  # noqa: PLC0415

    limit = destination.lifetime_limit
    if limit is None:
        return
    with conn.transaction():
        so_far = ledger.submitted(conn, destination.name)
    words = f"{so_far:,} of the {limit:,} records of its life are used"
    if so_far + wanted > limit:
        rest = max(limit - so_far, 0)
        raise IngestError(
            f"{words}, {wanted:,} more do not fit",
            where=f"destination {destination.name}",
            hint=f"send {rest:,} at most, or make a new webhook and a new line for it",
        )
    if so_far + wanted >= ledger.NEARLY * limit:
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


def _show_job(job: Job) -> None:
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


def _status(job: Job, at_work: set[str]) -> str:
    """The status of a job; of one whose sender is gone that it was left."""
    is_left = job.status in ("pending", "processing") and job.destination not in at_work
    return f"{job.status}, left" if is_left else job.status


def _refuse_both(*, dry_run: bool, test: int | None) -> None:
    if dry_run and test is not None:
        raise UsageError("give --dry-run or --test, not both")


def _window(text: str | None) -> float | None:
    if text is None:
        return None
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise UsageError(
            f"--exclude-sent-within {text!r} is no time", hint="write days or hours: 90d, 12h"
        )
    return float(int(match[1]) * _SECONDS[match[2]])


def _require_extra() -> None:
    if find_spec("httpx2") is None:
        raise IngestError(
            "sending needs what is not installed: httpx2",
            hint="install the extra: pip install 'hq-warehouse[send]'",
        )
