"""``ingest db``: the embedded server of this checkout."""

from __future__ import annotations

import os
import shlex

import click

from ingest.commands.common import json_option
from ingest.dbt.foreground import run_in_foreground
from ingest.postgres import embedded
from ingest.postgres.connection import environment_for
from ingest.terminal.screen import emit_json, say, show

# libpq keyword -> variable, in the order they are printed
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
_ELSEWHERE = ("PGHOST", "PGHOSTADDR", "PGSERVICE")


@click.group("db", epilog="Example: ingest db psql -c 'select * from raw.loads'")
def command() -> None:
    """Start, stop, look at and connect to the embedded PostgreSQL of this checkout."""
    named = next((name for name in _ELSEWHERE if os.environ.get(name)), None)
    if named and not embedded.owns(os.environ[named]):
        say(
            f"Note: {named} names another server, which all other commands use; "
            "ingest db is about the embedded one."
        )


@command.command(epilog="Example: ingest db start")
@json_option
def start(as_json: bool) -> None:
    """Start the server; other commands do so by themselves."""
    embedded.ensure_running()
    _report(as_json)


@command.command(epilog="Example: ingest db stop")
@json_option
def stop(as_json: bool) -> None:
    """Stop the server; the data stays."""
    was_running = embedded.stop()
    if as_json:
        emit_json({"stopped": was_running})
    else:
        show("Stopped." if was_running else "It was not running.")


@command.command(epilog="Example: ingest db status --json")
@json_option
def status(as_json: bool) -> None:
    """Say whether the server runs and where its data and log lie."""
    _report(as_json)


@command.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="Example: ingest db psql -c 'select count(*) from core.companies'",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def psql(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Open psql on the embedded server's database; arguments go to psql as they stand."""
    environment = environment_for(embedded.ensure_running())
    ctx.exit(run_in_foreground([embedded.programs() / "psql", *arguments], environment))


@command.command(epilog='Example: eval "$(ingest db env)" && dbt build')
@json_option
def env(as_json: bool) -> None:
    """Print the variables that lead other programs to the embedded server."""
    parameters = embedded.ensure_running()
    variables = {name: parameters[keyword] for keyword, name in _VARIABLES.items()}
    if as_json:
        emit_json(variables)
        return
    for name, value in variables.items():
        show(f"export {name}={shlex.quote(value)}")


def _report(as_json: bool) -> None:
    found = embedded.status()
    if as_json:
        emit_json(
            {
                "running": found.running,
                "pid": found.pid,
                "data": str(found.data),
                "log": str(found.log),
            }
        )
        return
    state = f"runs (process {found.pid})" if found.running else "does not run"
    show(f"The embedded server {state}.")
    show(f"data  {found.data}")
    show(f"log   {found.log}")
