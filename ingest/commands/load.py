"""``ingest load``: files into the raw tables."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from ingest.commands.common import chosen_workflow, json_option
from ingest.commands.loading import (
    feed_options,
    jobs_option,
    load_with_bar,
    max_rejects_option,
    report,
    workflow_option,
)
from ingest.errors import ExitStatus, IngestError, UsageError
from ingest.feeds.options import FeedOptions
from ingest.formats.content import STANDARD_INPUT
from ingest.landing.helpers import drop_abandoned
from ingest.load.inputs import files_of
from ingest.load.load import LoadOptions, LoadSummary, OnReject, RejectLimit, Status
from ingest.load.parallel import Crew
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import ProgressBars
from ingest.terminal.screen import emit_json, err, say
from ingest.workflows.registry import load_registry


@click.command(
    epilog="Example: ingest load --workflow clay-find-people people.ndjson.gz --max-rejects 1%"
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@workflow_option
@jobs_option
@click.option("--dry-run", is_flag=True, help="Do it all, on the server too, and keep nothing.")
@click.option("--force", is_flag=True, help="Load content again that was loaded before.")
@click.option(
    "--on-reject",
    type=click.Choice([choice.value for choice in OnReject]),
    default=OnReject.REPORT.value,
    show_default=True,
    help="End with status 3, end with status 0, or stop at the first reject and write nothing.",
)
@max_rejects_option
@feed_options
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
            with crew.connected() as conn:
                summary = load_with_bar(conn, file, options, crew, bars)
        except IngestError as fault:
            say(f"Error: {fault.sentence()}")
            return fault
        report(summary)
        return summary

    with ProgressBars(err) as bars:
        return crew.work(files, load)


def _rejected_now(summary: LoadSummary) -> bool:
    return summary.status is not Status.KNOWN and summary.rejected > 0


def _document(outcome: LoadSummary | IngestError) -> object:
    if isinstance(outcome, LoadSummary):
        return outcome
    return {"file": outcome.where, "status": "failed", "error": outcome.sentence()}
