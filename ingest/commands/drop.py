"""``ingest drop``: the files of a drop folder, once each; for schedulers."""

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
from ingest.errors import ExitStatus
from ingest.feeds.options import FeedOptions
from ingest.formats.content import readable_name
from ingest.landing.helpers import drop_abandoned
from ingest.load.drop import Drop, Fate, Outcome
from ingest.load.folder import DropFolder
from ingest.load.load import LoadOptions, LoadSummary, OnReject, RejectLimit, Status
from ingest.load.parallel import Crew
from ingest.postgres.connection import Connection, connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.progress import ProgressBars
from ingest.terminal.screen import emit_json, err, say
from ingest.workflows.registry import load_registry


@click.command(epilog="Example: ingest drop --jobs 2 --max-rejects 5% /srv/hq/drop")
@click.argument("folder", metavar="FOLDER")
@workflow_option
@jobs_option
@click.option(
    "--rest",
    type=click.FloatRange(min=0),
    default=10,
    show_default=True,
    metavar="SECONDS",
    help="Take a file when it has not been changed for so long.",
)
@click.option("--dry-run", is_flag=True, help="Do it all, keep nothing and move nothing.")
@max_rejects_option
@feed_options
@json_option
def command(  # noqa: PLR0917 - click passes them by name
    folder: str,
    workflow: str | None,
    jobs: int,
    rest: float,
    dry_run: bool,
    max_rejects: RejectLimit | None,
    as_json: bool,
    **said_of_feeds: Any,  # noqa: ANN401 - the options of a feed, as click has read them
) -> None:
    """Load every file of a drop folder once, and move it to done/ or failed/ in there.

    Says nothing when nothing is there. A file that cannot be loaded stops no other: it goes to
    failed/, with the reason beside it as NAME.reason.txt; move it back to try again. A name that is
    taken gets a number. What the ledger knows is not loaded again and goes to done/, too.

    Files that are hidden or end in .part, .tmp, .crdownload and the like are passed over. What was
    changed just now is waited for once, and left for the next run if it is still growing. Links,
    pipes and devices fail; folders stay. Several runs may share a folder.

    Ends with 0, with 3 if a file went to failed/, or with 1 if one was left that should have been
    loaded or moved: the server could not take it, or it cannot be moved. Rejected records end it
    with 0, unlike ingest load: see ingest rejects, or set --max-rejects.
    """
    registry = load_registry()
    chosen = chosen_workflow(registry, workflow)
    feed = FeedOptions(**said_of_feeds)
    feed.check(chosen)
    place = DropFolder(folder, moves=not dry_run)
    items = place.items()
    options = LoadOptions(
        registry,
        workflow=chosen,
        dry_run=dry_run,
        on_reject=OnReject.IGNORE,
        max_rejects=max_rejects,
        notice=say,
    )
    server = None
    if any(item.is_file for item in items):
        with connect() as conn:
            require_initialised(conn)
            drop_abandoned(conn)
            server = describe(conn)
            options = replace(options, feed=feed.found(conn))
        say(f"{'Trying' if dry_run else 'Loading'} {readable_name(folder)} into {server}.")
    crew = Crew(jobs)
    with ProgressBars(err) as bars:

        def load(conn: Connection, file: str) -> LoadSummary:
            return load_with_bar(conn, file, options, crew, bars)

        outcomes = Drop(place, options, crew=crew, load=load, report=_say, tell=say).take(
            items, rest
        )
    known = sum(o.status is Fate.KNOWN and o.load is None for o in outcomes)
    if known:
        say(f"{known:,} {'file was' if known == 1 else 'files were'} loaded before.")
    if as_json:
        files = [_document(outcome) for outcome in outcomes]
        emit_json({"folder": readable_name(folder), "server": server, "files": files})
    if any(outcome.is_trouble for outcome in outcomes):
        raise click.exceptions.Exit(ExitStatus.FAILED)
    if any(outcome.status is Fate.FAILED for outcome in outcomes):
        raise click.exceptions.Exit(ExitStatus.REJECTED)


def _say(outcome: Outcome) -> None:
    summary, moved_to = outcome.load, readable_name(outcome.moved_to or "")
    if summary and summary.status is Status.KNOWN:
        say(f"{summary.file}: loaded before, on {summary.loaded_at}, as load {summary.load_id}.")
    elif summary:
        report(summary)
    if outcome.error:
        is_fault = outcome.is_trouble or outcome.status is Fate.FAILED
        say(f"{'Error: ' if is_fault else ''}{outcome.error}")
    if outcome.is_renamed:
        say(f"  It is {moved_to} now: there was one of its name.")


def _document(outcome: Outcome) -> object:
    return {
        "file": readable_name(outcome.file),
        "status": outcome.status,
        "moved_to": readable_name(outcome.moved_to) if outcome.moved_to else None,
        "error": outcome.error,
        "load": outcome.load,
    }
