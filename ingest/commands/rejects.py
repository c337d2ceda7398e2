"""``ingest rejects``: what was refused, and why; tried again, or settled."""

from __future__ import annotations

import click

from ingest.characters import trim
from ingest.commands.common import by_reason, chosen_workflow, in_tables, json_option
from ingest.errors import ExitStatus, UsageError
from ingest.landing import ledger
from ingest.load.retry import RetrySummary, retry_load, settle_load
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import require_initialised
from ingest.terminal.screen import emit_json, say, show
from ingest.workflows.registry import load_registry

_TEXT_SHOWN = 300  # characters of a record on the screen; --json gives all that was kept


class _ListByDefault(click.Group):
    """A group that takes words which name no command of its own for those of ``list``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args[:1]
        if not named or (named[0] not in self.commands and named[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=_ListByDefault,
    subcommand_metavar="[LOAD] [OPTIONS] | retry [LOAD] [OPTIONS] | settle LOAD --why TEXT",
    epilog="Example: ingest rejects 0199f3c2 && ingest rejects retry 0199f3c2",
)
def command() -> None:
    """Show the records that could not land (that is list), try them again, or settle them."""


@command.command("list", epilog="Example: ingest rejects list 0199f3c2, or shorter without list")
@click.argument("load", required=False)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Show at most so many rejects.",
)
@click.option("--settled", is_flag=True, help="Show those that were settled, with when and why.")
@json_option
def list_(load: str | None, limit: int, settled: bool, as_json: bool) -> None:
    """Show the records that could not land: line, reason and text.

    LOAD is the id of a load or the beginning of one (see ingest loads); without it the rejects
    of all loads are shown, the newest load first. Records that landed since, and settled ones, are
    not among them.
    """
    with connect() as conn:
        require_initialised(conn)
        load_id = ledger.find_load(conn, load) if load else None
        entries = ledger.rejects(conn, load_id, limit, settled=settled)
        total = ledger.count_rejects(conn, load_id, settled=settled)
    if as_json:
        emit_json(entries)
    else:
        _show(entries)
    if total > len(entries):
        say(f"{len(entries):,} of {total:,} rejects shown; --limit shows more.")
    elif not entries:
        say("No settled rejects." if settled else "No rejects.")


def _show(entries: list[ledger.RejectEntry]) -> None:
    shown_load = None
    for entry in entries:
        if entry.load_id != shown_load:
            shown_load = entry.load_id
            show(f"Load {entry.load_id}, {entry.file_name}:")
        show(f"  line {entry.line}: {entry.reason}: {entry.detail}")
        text = entry.record or ""
        more = "..." if len(text) > _TEXT_SHOWN else ""
        show(f"    {text[:_TEXT_SHOWN]}{more}")
        if entry.settled_at:
            at = entry.settled_at.astimezone().isoformat(sep=" ", timespec="minutes")
            show(f"    settled {at}: {entry.settled_why}")


@command.command("retry", epilog="Example: ingest rejects retry 0199f3c2")
@click.argument("load", required=False)
@click.option(
    "--workflow",
    metavar="SLUG",
    help="Workflow (or alias) of records that name none, where the load named none either.",
)
@json_option
def retry(load: str | None, workflow: str | None, as_json: bool) -> None:
    """Try rejected records again, after a fix of the registry or an upgrade.

    LOAD is the id of a load or the beginning of one; without it all loads that have rejects are
    tried, one transaction each. What lands is no longer listed and has a line in the ledger; what
    is refused again stays, with its present reason. Records that were too long to keep and lines
    of tables need their file: correct it and load it.

    Ends with 0, or with 3 if there are still rejects.
    """
    registry = load_registry()
    given = chosen_workflow(registry, workflow)
    with connect() as conn:
        require_initialised(conn)
        server = describe(conn)
        with conn.transaction():
            loads = [ledger.find_load(conn, load)] if load else ledger.loads_with_rejects(conn)
        say(f"Trying again into {server}.")
        summaries = []
        for load_id in loads:
            summary = retry_load(conn, load_id, registry, given, say)
            _report(summary)
            summaries.append(summary)
    if as_json:
        emit_json({"server": server, "loads": summaries})
    if not loads:
        say("No rejects.")
    if any(summary.rejected or summary.needs_file for summary in summaries):
        raise click.exceptions.Exit(ExitStatus.REJECTED)


def _report(summary: RetrySummary) -> None:
    landed = f"{summary.landed:,} landed{in_tables(summary.tables)}"
    say(f"{summary.file} (load {summary.retried}): {landed}.")
    if summary.rejected:
        say(f"  {summary.rejected:,} rejected again {by_reason(summary.reasons)}.")
    if summary.suppressed:
        say(f"  {summary.suppressed:,} suppressed: they are about people who were erased.")
    if summary.needs_file:
        say(
            f"  {summary.needs_file:,} need their file: what was kept of them is not enough. "
            "Correct the file and load it; what came by HTTP has to be delivered again."
        )


@command.command(
    "settle",
    epilog='Example: ingest rejects settle 0199f3c2 --why "loaded under the right workflow since"',
)
@click.argument("load")
@click.option("--why", required=True, metavar="TEXT", help="Why they need not land any more.")
@json_option
def settle(load: str, why: str, as_json: bool) -> None:
    """Settle the open rejects of a load: they are kept, and counted as open no longer.

    For records that will not land from here, as those of a file that was loaded under a wrong
    workflow. LOAD is the id of a load or the beginning of one. What was settled is not tried again;
    ingest rejects --settled shows it, with when and why.

    Ends with 0, also where there is nothing left to settle.
    """
    if not trim(why):
        raise UsageError("--why is blank", hint="say why they need not land any more")
    with connect() as conn:
        require_initialised(conn)
        server = describe(conn)
        with conn.transaction():
            load_id = ledger.find_load(conn, load)
        settled = settle_load(conn, load_id, trim(why), say)
    if as_json:
        emit_json({"server": server, "load": load_id, "settled": settled})
    say(f"{settled:,} rejects of load {load_id} settled in {server}.")
