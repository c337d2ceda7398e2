"""``ingest demo``: the examples from file to answer, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ingest.commands.common import json_option
from ingest.dbt.build import BuildSummary, build
from ingest.demo.examples import example_files, load_examples, refuse_other_data
from ingest.demo.screen import show
from ingest.demo.tour import QUESTIONS, tour
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import migrate
from ingest.terminal.screen import emit_json, err, say


@click.command("demo", epilog="Example: ingest demo")
@click.option("--yes", is_flag=True, help="Also into a database that holds other data.")
@json_option
def command(yes: bool, as_json: bool) -> None:
    """Load the example payloads, build the warehouse, and show what came of them.

    May be run again: what is loaded stays. Ends with 0 although some records of the examples are
    rejected, which they are there for.
    """
    files = example_files()
    with connect() as conn:
        database = describe(conn)
        if not yes:
            refuse_other_data(conn, files)
        say(f"Writing to {database}.")
        migrate(conn)
        loaded = load_examples(conn, files, say)
        say(f"The {len(loaded)} files of examples/ are in. Now dbt build, about a minute ...")
    built = _build()
    with connect() as conn:
        found = tour(conn)
    if as_json:
        emit_json(
            {
                "database": database,
                "files": loaded,
                "build": built,
                **found,
                "questions": QUESTIONS,
            }
        )
        return
    show(database, loaded, built, found)


def _build() -> BuildSummary:
    with _progress_bar() as progress:
        return build(progress, complain=_complain)


@contextmanager
def _progress_bar() -> Iterator[Callable[[int, int], None]]:
    if not err.is_terminal:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("dbt build", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _complain(text: str) -> None:
    # what dbt says of a failure takes several lines
    for line in text.splitlines():
        say(line)
