"""``ingest load``: files into the raw tables."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import click

from ingest.commands.common import by_reason, chosen_workflow, in_tables, json_option
from ingest.errors import ExitStatus, IngestError, UsageError
from ingest.feeds.options import FeedOptions
from ingest.formats.content import STANDARD_INPUT
from ingest.landing.helpers import drop_abandoned
from ingest.load.inputs import files_of
from ingest.load.load import LoadOptions, LoadSummary, OnReject, RejectLimit, Status, load_file
from ingest.load.parallel import Crew
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import ProgressBars
from ingest.terminal.screen import emit_json, err, say
from ingest.workflows.registry import load_registry


def _reject_limit(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> RejectLimit | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is neither a number like 10 nor a share like 2.5%")
    return RejectLimit(int(match[1])) if match[1] else RejectLimit(float(match[2]), percent=True)


@click.command(
    epilog="Example: ingest load --workflow clay-find-people people.ndjson.gz --max-rejects 1%"
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--workflow",
    metavar="SLUG",
    help="Workflow (or alias) of records that name none; see ingest workflows.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Connections to load over: so many files at a time, or a large file over several.",
)
@click.option("--dry-run", is_flag=True, help="Do it all, on the server too, and keep nothing.")
@click.option("--force", is_flag=True, help="Load content again that was loaded before.")
@click.option(
    "--on-reject",
    type=click.Choice([choice.value for choice in OnReject]),
    default=OnReject.REPORT.value,
    show_default=True,
    help="End with status 3, end with status 0, or stop at the first reject and write nothing.",
)
@click.option(
    "--max-rejects",
    metavar="N|N%",
    callback=_reject_limit,
    help="With more rejects in a file than this, write nothing of it.",
)
@click.option(
    "--vc-firm", metavar="NAME|DOMAIN", help="The firm whose portfolio it is, from vc-firms."
)
@click.option("--export-title", metavar="TEXT", help="Title of a lead export.")
@click.option(
    "--export-timestamp",
    metavar="TIME",
    help='When a lead export was made: "12/26/2025, 5:55 PM" or 2025-12-26T17:55.',
)
@click.option(
    "--timezone",
    metavar="ZONE",
    help="Where times without a zone were taken, like America/New_York; UTC by default.",
)
@click.option("--notes", metavar="TEXT", help="Notes about a lead export.")
@click.option(
    "--encoding",
    metavar="NAME",
    help="Encoding of tables where it cannot be told, like cp1250 or shift_jis.",
)
@json_option
def command(  # noqa: PLR0917 - click passes them by name
    files: tuple[str, ...],
    workflow: str | None,
    jobs: int,
    dry_run: bool,
    force: bool,
    on_reject: str,
    max_rejects: RejectLimit | None,
    as_json: bool,
    **said_of_feeds: Any,  # noqa: ANN401 - the options of a feed, as click has read them
) -> None:
    """Load files of JSON payloads, or of table rows, into the raw tables.

    A FILE may also be a folder (all files in and below it, without hidden ones), a pattern like
    "2025-*.json.gz", or - for standard input.

    A file is one object, an array, one object per line, objects one after the other, or
    {"payloads": [...]}; .gz and .zst are read as they are. Each file is one transaction: its
    records, its rejects and its line in the ledger, or nothing. The same content loads once.

    Workflows that take tables (see ingest workflows) read CSV, semicolons or tabs between the
    cells too, in UTF-8, UTF-16, Windows-1252 or what --encoding says, and JSON objects with the
    headers as keys.

    Ends with 0, with 1 if a file failed (nothing of it was written), or with 3 if records were
    rejected: see ingest rejects.
    """
    registry = load_registry()
    chosen = chosen_workflow(registry, workflow)
    feed = FeedOptions(**said_of_feeds)
    feed.check(chosen)
    options = LoadOptions(
        registry,
        workflow=chosen,
        dry_run=dry_run,
        force=force,
        on_reject=OnReject(on_reject),
        max_rejects=max_rejects,
        notice=say,
    )
    names = _files(files)
    with connect() as conn:
        require_initialised(conn)
        drop_abandoned(conn)
        server = describe(conn)
        options = replace(options, feed=feed.found(conn))
    say(f"{'Trying' if dry_run else 'Loading'} into {server}.")
    outcomes = _load_all(names, jobs, options)
    if as_json:
        emit_json({"server": server, "files": [_document(outcome) for outcome in outcomes]})
    failed = [outcome for outcome in outcomes if isinstance(outcome, IngestError)]
    summaries = [outcome for outcome in outcomes if isinstance(outcome, LoadSummary)]
    if failed:
        raise click.exceptions.Exit(ExitStatus.FAILED)
    if options.on_reject is OnReject.REPORT and any(
        _rejected_now(summary) for summary in summaries
    ):
        raise click.exceptions.Exit(ExitStatus.REJECTED)


def _files(words: tuple[str, ...]) -> list[str]:
    """Refuse a mistyped name before anything is written."""
    if words.count(STANDARD_INPUT) > 1:
        raise UsageError("standard input can be loaded once")
    return files_of(words)


def _load_all(files: list[str], jobs: int, options: LoadOptions) -> list[LoadSummary | IngestError]:
    crew = Crew(jobs)

    def load(file: str) -> LoadSummary | IngestError:
        # a connection for each file: a lost one does not stop the next file
        try:
            with crew.connected() as conn, bars.file(file) as advance:

                def progress(read: int) -> None:
                    crew.raise_if_cancelled()
                    advance(read)

                summary = load_file(
                    conn,
                    file,
                    replace(
                        options, progress=progress, helpers=crew.spare, connected=crew.connected
                    ),
                )
        except IngestError as fault:
            say(f"Error: {fault.sentence()}")
            return fault
        _report(summary)
        return summary

    with ProgressBars(err) as bars:
        return crew.work(files, load)


def _rejected_now(summary: LoadSummary) -> bool:
    return summary.status is not Status.KNOWN and summary.rejected > 0


def _report(summary: LoadSummary) -> None:
    if summary.status is Status.KNOWN:
        say(
            f"{summary.file}: already loaded on {summary.loaded_at}, as load {summary.load_id}; "
            "--force loads it again."
        )
        return
    verbs = ("would land", "would be rejected", "would be cleaned")
    if summary.status is Status.LOADED:
        verbs = ("landed", "rejected", "cleaned")
    say(
        f"{summary.file}: {summary.records:,} records, {summary.landed:,} {verbs[0]}"
        f"{in_tables(summary.tables)}."
    )
    if any(summary.changes.values()):
        say(f"  {', '.join(f'{n:,} {change}' for change, n in summary.changes.items() if n)}.")
    if summary.rejected:
        look = f" See: ingest rejects {summary.load_id}" if summary.load_id else ""
        say(f"  {summary.rejected:,} {verbs[1]} {by_reason(summary.reasons)}.{look}")
    if summary.cleaned:
        say(
            f"  {summary.cleaned:,} {verbs[2]}: characters that PostgreSQL cannot store (NUL, "
            "lone surrogates) taken out."
        )


def _document(outcome: LoadSummary | IngestError) -> object:
    if isinstance(outcome, LoadSummary):
        return outcome
    return {"file": outcome.where, "status": "failed", "error": outcome.sentence()}
