"""``ingest init``: create or upgrade the raw schema."""

from __future__ import annotations

import click

from ingest.connection import connect, describe
from ingest.migrate import migrate, migrations
from ingest.screen import emit_json, err


@click.command("init", epilog="Example: ingest init --json")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def command(as_json: bool) -> None:
    """Create the schemas, raw tables and ledger, or upgrade them to this release.

    Safe to run again and by several at once: each migration is applied once, in one transaction.
    """
    with connect() as conn:
        target = describe(conn)
        err.print(f"Writing to {target}.", markup=False)
        applied = migrate(conn)
    for step in applied:
        err.print(f"Applied {step.number:04} {step.name.replace('_', ' ')}.", markup=False)
    if not applied:
        err.print("Nothing to do: the raw schema is up to date.")
    if as_json:
        emit_json(
            {
                "database": target,
                "applied": [{"number": step.number, "name": step.name} for step in applied],
                "version": max(step.number for step in migrations()),
            }
        )
