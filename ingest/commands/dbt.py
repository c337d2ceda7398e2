"""``ingest dbt``: dbt with the right connection and the project's folder."""

from __future__ import annotations

import sys

import click

from ingest.connection import connect, describe, subprocess_environment
from ingest.foreground import run_in_foreground
from ingest.migrate import require_initialised
from ingest.project import project_dir
from ingest.screen import err

# dbt of our own environment; -P because the current folder may hold something named dbt
_DBT = (sys.executable, "-P", "-c", "from dbt.cli.main import cli; cli(prog_name='ingest dbt')")

# these leave the warehouse alone or look at nothing but the connection
_NEED_NO_TABLES = {"clean", "debug", "deps", "init", "list", "ls", "parse"}
_ASK_ONLY = {"--help", "-h", "--version", "-v", "-V"}


@click.command(
    "dbt",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ingest dbt build --select core",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Run dbt on the warehouse, from any folder.

    Everything after "dbt" goes to dbt as it stands, and dbt's exit status comes back.
    """
    if _works_on_tables(arguments):
        with connect() as conn:
            require_initialised(conn)
            err.print(f"dbt works on {describe(conn)}.", markup=False)
    folder = str(project_dir())
    # variables, not options: dbt takes these options only after some of its subcommands
    environment = {
        **subprocess_environment(),
        "DBT_PROJECT_DIR": folder,
        "DBT_PROFILES_DIR": folder,
    }
    ctx.exit(run_in_foreground([*_DBT, *arguments], environment))


def _works_on_tables(arguments: tuple[str, ...]) -> bool:
    subcommand = next((word for word in arguments if not word.startswith("-")), None)
    asks = subcommand is None or bool(_ASK_ONLY.intersection(arguments))
    return not asks and subcommand not in _NEED_NO_TABLES
