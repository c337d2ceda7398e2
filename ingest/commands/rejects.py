"""``ingest rejects``: what was refused, and why."""

from __future__ import annotations

import click

from ingest import ledger
from ingest.connection import connect
from ingest.migrate import require_initialised
from ingest.screen import emit_json, err, out

_TEXT_SHOWN = 300  # characters of a record on the screen; --json gives all that was kept


@click.command(epilog="Example: ingest rejects 0199f3c2")
@click.argument("load", required=False)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Show at most so many rejects.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(load: str | None, limit: int, as_json: bool) -> None:
    """Show the records that could not land: line, reason and text.

    LOAD is the id of a load or the beginning of one (see ingest loads); without it the rejects
    of all loads are shown, the newest load first.
    """
    with connect() as conn:
        require_initialised(conn)
        load_id = ledger.find_load(conn, load) if load else None
        entries = ledger.rejects(conn, load_id, limit)
        total = ledger.count_rejects(conn, load_id)
    if as_json:
        emit_json(entries)
    else:
        _show(entries)
    if total > len(entries):
        err.print(f"{len(entries):,} of {total:,} rejects shown; --limit shows more.")
    elif not entries:
        err.print("No rejects.")


def _show(entries: list[ledger.RejectEntry]) -> None:
    shown_load = None
    for entry in entries:
        if entry.load_id != shown_load:
            shown_load = entry.load_id
            out.print(f"Load {entry.load_id}, {entry.file_name}:", markup=False)
        out.print(f"  line {entry.line}: {entry.reason}: {entry.detail}", markup=False)
        text = entry.record or ""
        more = "..." if len(text) > _TEXT_SHOWN else ""
        # record text may hold anything, terminal control sequences too
        printable = "".join(c if c.isprintable() else " " for c in text[:_TEXT_SHOWN])
        out.print(f"    {printable}{more}", markup=False)
