"""``ingest dbt``: dbt with the right connection and the project's folder."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack

import click

from ingest.dbt.folders import require_writable
from ingest.dbt.foreground import run_in_foreground
from ingest.dbt.run_lock import only_run
from ingest.dbt.seed_files import require_readable
from ingest.errors import ExitStatus
from ingest.postgres.connection import connect, describe, subprocess_environment
from ingest.project import current_folder, project_dir
from ingest.schema.migrate import require_initialised
from ingest.terminal.screen import say

# dbt of our own environment; -P because the current folder may hold something named dbt
_DBT = (sys.executable, "-P", "-m", "ingest.dbt.main")

# these leave the warehouse alone or look at nothing but the connection
_NEED_NO_TABLES = {"clean", "debug", "deps", "init", "list", "ls", "parse"}
_READ_TABLES = {"compile", "docs", "run-operation", "show", "source", "test"}
_WRITE_TABLES = {"build", "clone", "retry", "run", "seed", "snapshot"}
_COMMANDS = _NEED_NO_TABLES | _READ_TABLES | _WRITE_TABLES
_ASK_ONLY = {"--help", "-h", "--version", "-v", "-V"}


@click.command(
    "dbt",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ingest dbt build --select core  |  ingest dbt --no-wait run",
)
@click.option(
    "--no-wait",
    is_flag=True,
    help="End with status 1 if another run is under way, instead of waiting for it.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, no_wait: bool, arguments: tuple[str, ...]) -> None:
    """Run dbt on the warehouse, from any folder.

    Everything after "dbt" goes to dbt as it stands, and dbt's exit status comes back.

    Commands that write (build, run, seed, ...) take turns: the second one says which run it waits
    for, and begins when that one ends. A job that comes every few minutes had better leave
    (--no-wait): the next one will read what it would have read.
    """
    with ExitStack() as held:
        subcommand = _subcommand(arguments)
        if subcommand is not None:
            require_writable(project_dir(), arguments)
        if subcommand is not None and subcommand not in _NEED_NO_TABLES:
            conn = held.enter_context(connect())
            require_initialised(conn)
            say(f"dbt works on {describe(conn)}.")
            conn.autocommit = True
            if subcommand in _WRITE_TABLES:
                held.enter_context(only_run(conn, wait=not no_wait))
            else:
                conn.close()
        folder = str(project_dir())
        if subcommand is not None:
            require_readable(project_dir())
        # variables, not options: dbt takes these options only after some of its subcommands
        environment = {
            **subprocess_environment(),
            # psycopg2 takes the role's or the database's otherwise, which may lack letters
            "PGCLIENTENCODING": "UTF8",
            "DBT_PROJECT_DIR": folder,
            "DBT_PROFILES_DIR": folder,
        }
        if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
            environment.setdefault("DBT_USE_COLORS", "0")
        # dbt does not begin in a folder that is deleted
        begin_in = None if current_folder() else folder
        code = run_in_foreground([*_DBT, *arguments], environment, folder=begin_in)
    if code == ExitStatus.INTERRUPTED:
        say("Interrupted; nothing half-written.")
    ctx.exit(code)


def _subcommand(arguments: tuple[str, ...]) -> str | None:
    """The command dbt is given; None without one, or if help or the version is asked for."""
    if _ASK_ONLY.intersection(arguments):
        return None
    return next((word for word in arguments if word in _COMMANDS), None)
