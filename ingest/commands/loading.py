"""What the commands that load files share: their options, the bar of a file, what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any, TypeVar

import click

from ingest.commands.common import by_reason, in_tables
from ingest.load.load import LoadOptions, LoadSummary, RejectLimit, Status, load_file
from ingest.load.parallel import Crew
from ingest.postgres.connection import Connection
from ingest.terminal.progress import ProgressBars
from ingest.terminal.screen import say

_F = TypeVar("_F", bound=Callable[..., Any])


def _reject_limit(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> RejectLimit | None:
    if value is None:
        return None
    match = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is neither a number like 10 nor a share like 2.5%")
    return RejectLimit(int(match[1])) if match[1] else RejectLimit(float(match[2]), percent=True)


workflow_option = click.option(
    "--workflow",
    metavar="SLUG",
    help="Workflow (or alias) of records that name none; see ingest workflows.",
)

jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Connections to load over: so many files at a time, or a large file over several.",
)

max_rejects_option = click.option(
    "--max-rejects",
    metavar="N|N%",
    callback=_reject_limit,
    help="With more rejects in a file than this, write nothing of it.",
)

_FEED_OPTIONS = (
    click.option(
        "--vc-firm", metavar="NAME|DOMAIN", help="The firm whose portfolio it is, from vc-firms."
    ),
    click.option("--export-title", metavar="TEXT", help="Title of a lead export."),
    click.option(
        "--export-timestamp",
        metavar="TIME",
        help='When a lead export was made: "12/26/2025, 5:55 PM" or 2025-12-26T17:55.',
    ),
    click.option(
        "--timezone",
        metavar="ZONE",
        help="Where times without a zone were taken, like America/New_York; UTC by default.",
    ),
    click.option("--notes", metavar="TEXT", help="Notes about a lead export."),
    click.option(
        "--encoding",
        metavar="NAME",
        help="Encoding of tables where it cannot be told, like cp1250 or shift_jis.",
    ),
)


def feed_options(command: _F) -> _F:
    """The options that are about feeds; their names are those of ``FeedOptions``."""
    return reduce(lambda made, option: option(made), reversed(_FEED_OPTIONS), command)


def load_with_bar(
    conn: Connection, file: str, options: LoadOptions, crew: Crew, bars: ProgressBars
) -> LoadSummary:
    """Load a file with a bar that shows how far it is.

    Args:
        conn: A connection of the crew's.
        file: The file.
        options: How; what the crew and the bars decide is filled in.
        crew: Who lends connections and is told to stop.
        bars: Where the bar is shown.

    Raises:
        IngestError: As of ``load_file``.
    """
    with bars.file(file) as advance:

        def progress(read: int) -> None:
            crew.raise_if_cancelled()
            advance(read)

        with_crew = replace(
            options, progress=progress, helpers=crew.spare, connected=crew.connected
        )
        return load_file(conn, file, with_crew)


def report(summary: LoadSummary) -> None:
    """Say what became of a file."""
    if summary.status is Status.KNOWN:
        say(
            f"{summary.file}: already loaded on {summary.loaded_at}, as load {summary.load_id}; "
            "--force loads it again."
        )
        return
    verbs = ("would land", "would be rejected", "would be cleaned", "would be suppressed")
    if summary.status is Status.LOADED:
        verbs = ("landed", "rejected", "cleaned", "suppressed")
    say(
        f"{summary.file}: {summary.records:,} records, {summary.landed:,} {verbs[0]}"
        f"{in_tables(summary.tables)}."
    )
    if any(summary.changes.values()):
        say(f"  {', '.join(f'{n:,} {change}' for change, n in summary.changes.items() if n)}.")
    if summary.rejected:
        look = f" See: ingest rejects {summary.load_id}" if summary.load_id else ""
        say(f"  {summary.rejected:,} {verbs[1]} {by_reason(summary.reasons)}.{look}")
    if summary.suppressed:
        say(f"  {summary.suppressed:,} {verbs[3]}: they are about people who were erased.")
    if summary.cleaned:
        say(
            f"  {summary.cleaned:,} {verbs[2]}: characters that PostgreSQL cannot store (NUL, "
            "lone surrogates) taken out."
        )
