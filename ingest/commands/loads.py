"""``ingest loads``: the ledger."""

from __future__ import annotations

import click

from ingest.commands.common import json_option
from ingest.landing import ledger
from ingest.postgres.connection import connect
from ingest.schema.migrate import require_initialised
from ingest.terminal.screen import emit_json, say, show


@click.command(epilog="Example: ingest loads --limit 5")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="List at most so many loads.",
)
@json_option
def command(limit: int, as_json: bool) -> None:
    """List what was loaded, newest first."""
    with connect() as conn:
        require_initialised(conn)
        entries = ledger.loads(conn, limit)
    if as_json:
        emit_json(entries)
        return
    if not entries:
        say("Nothing has been loaded yet.")
        return
    for entry in entries:
        started = entry.started_at.isoformat(sep=" ", timespec="seconds")
        workflow = entry.workflow_slug or "each record its own workflow"
        show(f"{entry.id}  {started}  {entry.file_name} ({workflow})")
        counts = f"{entry.records:,} records: {entry.landed:,} landed, {entry.rejected:,} rejected"
        notes = f", {entry.suppressed:,} suppressed" if entry.suppressed else ""
        notes += f", {entry.cleaned:,} cleaned" if entry.cleaned else ""
        notes += f", in {entry.requests:,} requests" if entry.requests is not None else ""
        notes += ", forced" if entry.forced else ""
        notes += f", rejects of load {entry.retry_of} tried again" if entry.retry_of else ""
        show(f"    {counts}{notes}")
