"""``ingest send``: records out to a destination."""

from __future__ import annotations

import re
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import click

from ingest.commands.common import json_option
from ingest.commands.sending import (
    be_the_sender,
    mind_the_lifetime,
    run,
    send_job,
    show_job,
    status_of,
)
from ingest.errors import IngestError, UsageError
from ingest.postgres.connection import Connection, connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.screen import emit_json, out, say
from ingest.terminal.tables import age, print_paragraph, print_table

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
@click.option(
    "--force", is_flag=True, help="Send again whom it was sent before, who failed or is in doubt."
)
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

    Everybody goes to a destination once: who was sent before, failed, is under way or in doubt is
    left out.
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

    run("emails", there, choose, dry_run=dry_run, as_json=as_json)


@command.command(
    "salesnav", epilog="Example: ingest send salesnav --destination clay-salesnav --batch-size 500"
)
@destination_option
@click.option("--upload", metavar="ID", type=click.UUID, help="Rows of this upload only.")
@click.option(
    "--batch-size", type=click.IntRange(min=1), metavar="N", help="At most so many in this batch."
)
@click.option("--force", is_flag=True, help="Send again what failed or is in doubt.")
@dry_run_option
@test_option
@json_option
def salesnav(
    *,
    destination: str,
    upload: UUID | None,
    batch_size: int | None,
    force: bool,
    dry_run: bool,
    test: int | None,
    as_json: bool,
) -> None:
    """Send a batch of rows of Sales Navigator that were not sent yet, oldest first.

    A row gets clay_batch_number, the number of the job, and sent_to_clay_at when the destination
    has acknowledged it, and not before. What failed before or is in doubt is left out.

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
        s.select(conn, there, s.salesnav_rows(conn, upload), chosen, limit=most, force=force)
        return chosen

    run("salesnav", there, choose, dry_run=dry_run, as_json=as_json)


@command.command("jobs", epilog="Example: ingest send jobs --limit 5")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="List at most so many jobs.",
)
@json_option
def jobs_command(limit: int, as_json: bool) -> None:
    """List jobs, newest first."""
    _require_extra()
    from ingest.outbound import jobs  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        found = jobs.jobs(conn, limit)
        at_work = {
            name for name in {j.destination for j in found} if jobs.is_being_sent(conn, name)
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
                    *(status_of(job, at_work), job.total_records),
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
    from ingest.outbound import jobs  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        found = jobs.find_job(conn, job)
        errors = jobs.errors_of(conn, found)
        is_at_work = jobs.is_being_sent(conn, found.destination)
    if as_json:
        emit_json({**asdict(found), "errors": errors})
        return
    show_job(found)
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
    unless they are asked for. Of a job that was cancelled those in doubt may be, and nothing else.

    Ends with 0, with 3 if some records were not sent, with 1 if the job was paused again.
    """
    _require_extra()
    from ingest.outbound import jobs, sender  # noqa: PLC0415
    from ingest.outbound.destinations import find_destination  # noqa: PLC0415

    with connect(application_name=sender.APPLICATION) as conn:
        require_initialised(conn)
        found = jobs.find_job(conn, job)
        destination = find_destination(found.destination, found.kind)
        destination.url(), destination.headers()
        conn.commit()
        be_the_sender(conn, destination)
        with conn.transaction():
            found = jobs.job_by_id(conn, found.id)
            opened = jobs.reopen(conn, found, doubts=doubts, failed=failed)
            found = jobs.job_by_id(conn, found.id)
            mind_the_lifetime(conn, destination, found.open_count, is_begun=True)
        left = f"{found.open_count:,} records left"
        again = "".join(
            f", {n:,} of them {what}"
            for n, what in ((opened.doubts, "in doubt before"), (opened.failed, "failed before"))
            if n
        )
        say(f"Job {found.number}: {left}{again}, to {destination.name}; {describe(conn)}.")
        send_job(conn, destination, found, as_json=as_json, document={"server": describe(conn)})


@command.command("cancel", epilog="Example: ingest send cancel 12")
@click.argument("job", metavar="JOB")
@json_option
def cancel(job: str, as_json: bool) -> None:
    """Cancel a job: what waits is not sent. A sender at work stops behind its present request.

    JOB is its number, or its id or the beginning of one.
    """
    _require_extra()
    from ingest.outbound import jobs  # noqa: PLC0415

    with connect() as conn:
        require_initialised(conn)
        with conn.transaction():
            found = jobs.find_job(conn, job)
            if not found.open_count:
                raise UsageError(f"job {found.number} is over: {found.status}")
            skipped = jobs.cancel(conn, found)
            found = jobs.job_by_id(conn, found.id)
    if as_json:
        emit_json({**asdict(found), "skipped": skipped})
    say(f"Job {found.number} is cancelled; {skipped:,} records are not sent.")


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
