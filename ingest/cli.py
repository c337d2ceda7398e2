"""The ``ingest`` command: registration of the commands and the one place that ends them."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from importlib import import_module

import click
import psycopg

from ingest import __version__
from ingest.errors import ExitStatus, IngestError
from ingest.terminal.screen import say
from ingest.terminal.streams import OutputError, guard_standard_streams

# command name -> module in ingest.commands; imported only when the command is asked for
_COMMANDS = {
    "api": "api",
    "db": "db",
    "dbt": "dbt",
    "demo": "demo",
    "drop": "drop",
    "fields": "fields",
    "init": "init",
    "load": "load",
    "loads": "loads",
    "privacy": "privacy",
    "rejects": "rejects",
    "send": "send",
    "status": "status",
    "workflows": "workflows",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported on first use, so that ``--help`` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        module_name = _COMMANDS.get(cmd_name)
        if module_name is None:
            return None
        command = import_module(f"ingest.commands.{module_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"ingest.commands.{module_name}.command is no click command")
        return command


@click.command(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: ingest init && ingest load FILE && ingest dbt build",
)
@click.version_option(__version__, prog_name="ingest")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Land provider payloads in the warehouse and run its transformations.

    Connects with libpq's variables (PGHOST, PGSERVICE, ...); without them it starts the
    embedded PostgreSQL of this checkout.
    """
    _ = debug  # read from sys.argv in main(), where errors end


def main() -> None:
    """Run the command line and end with its exit status (see ``ingest --help``)."""
    guard_standard_streams()
    try:
        status = _run()
        sys.stdout.flush()
        sys.stderr.flush()
    except OutputError as fault:
        status = ExitStatus.BROKEN_PIPE
        if not fault.is_left:
            with suppress(OutputError):
                say(f"Error: {fault}.")
            status = ExitStatus.FAILED
    sys.exit(status)


def _run() -> int:
    debug = "--debug" in sys.argv[1:]
    try:
        return cli.main(standalone_mode=False) or ExitStatus.DONE
    except (click.Abort, KeyboardInterrupt):
        say("Interrupted; nothing half-written.")
        return ExitStatus.INTERRUPTED
    except click.exceptions.Exit as done:
        return done.exit_code
    except IngestError as fault:
        if debug:
            raise
        say(f"Error: {fault.sentence()}")
        return fault.exit_code
    except click.ClickException as fault:
        _show_usage(fault)
        return fault.exit_code
    except psycopg.Error as fault:
        if debug:
            raise
        hint = ""
        if isinstance(fault, psycopg.errors.InsufficientPrivilege):
            hint = " Connect as a role that may; ingest init --help says which one does what."
        say(f"Error: the database says: {_one_line(fault)}.{hint}")
        return ExitStatus.FAILED


def _show_usage(fault: click.ClickException) -> None:
    """What click says of wrong words; it repeats them, and they may be the name of a file."""
    shown = io.StringIO()
    fault.show(shown)
    for line in shown.getvalue().splitlines():
        say(line)


def _one_line(fault: psycopg.Error) -> str:
    primary = fault.diag.message_primary or str(fault)
    return " ".join(primary.split()).rstrip(".")
