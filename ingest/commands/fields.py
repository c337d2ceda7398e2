"""``ingest fields``: what providers send, what of it is read, what is new or does not come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

import click

from ingest.commands.common import json_option
from ingest.errors import IngestError, UsageError
from ingest.postgres.connection import connect, describe
from ingest.state.fields import DRIFTS, Field, fields, is_there
from ingest.terminal.screen import emit_json, out, say, show
from ingest.terminal.tables import print_table
from ingest.workflows.registry import UnknownWorkflowError, load_registry


@click.command(epilog="Example: ingest fields clay-person-profile")
@click.argument("workflow", required=False)
@json_option
def command(workflow: str | None, as_json: bool) -> None:
    """Show what providers send, what of it is read, and what is new or does not come any more.

    Without WORKFLOW: the workflows, and the fields that drift. With it: every field of its payloads
    or header of its files, with the share of payloads that fill it in the 30 days up to the newest
    receipt, and before.

    A field is mapped (columns are made of it), ignored (seeds/registry/ignored_fields.csv says
    why), or unmapped; where no model reads the workflow yet it is waiting. No values are kept, and
    of a workflow and a day at most 500 payloads are looked at.
    """
    with connect() as conn:
        if not is_there(conn):
            raise IngestError(
                "nothing is known of fields yet, or this role may not read api.payload_fields",
                where=describe(conn),
                hint="run ingest dbt build",
            )
        found = fields(conn, _slug(workflow))
    if workflow is not None and not found:
        _require_known(workflow)
    if as_json:
        emit_json(found)
    elif not found:
        say("No payload has been looked at yet; load some and run ingest dbt build.")
    elif workflow is None:
        _show_workflows(found)
    else:
        _show_fields(found)


def _slug(name: str | None) -> str | None:
    """The slug of a workflow; rows may bear names that are not registered."""
    try:
        return None if name is None else load_registry().resolve(name).slug
    except UnknownWorkflowError:
        return name


def _require_known(name: str) -> None:
    try:
        load_registry().resolve(name)
    except UnknownWorkflowError as fault:
        raise UsageError(str(fault)) from fault


def _show_workflows(found: Sequence[Field]) -> None:
    rows = []
    for slug, group in groupby(found, key=lambda field: field.workflow_slug):
        of_it = list(group)
        by_status = Counter(field.status for field in of_it)
        rows.append(
            (
                slug,
                of_it[0].payloads,
                of_it[0].payloads_before,
                *(by_status[status] for status in ("mapped", "ignored", "waiting", "unmapped")),
            )
        )
    columns = ("~workflow", "#lately", "#before", "#mapped", "#ignored", "#waiting", "#unmapped")
    print_table(out, columns, rows)
    drifting = [field for field in found if field.drift]
    out.print()
    if not drifting:
        show("Nothing new, nothing vanished.")
        return
    drifting.sort(key=lambda field: DRIFTS.index(field.drift or ""))
    print_table(
        out,
        ("drift", "~workflow", "~field", "#before", "#lately", "since"),
        [
            (
                field.drift,
                field.workflow_slug,
                field.path,
                *_then_and_now(field),
                field.drift_since,
            )
            for field in drifting
        ],
    )


def _then_and_now(field: Field) -> tuple[str | None, str | None]:
    """The shares that say best how a field drifts: one that vanished may have a month to go."""
    if field.drift == "vanished" and field.payloads_since_filled:
        return _percent(field.filled_share_until), "0 %"
    return _percent(field.filled_share_before), _percent(field.filled_share)


def _show_fields(found: Sequence[Field]) -> None:
    print_table(
        out,
        ("field", "types", "#before", "#lately", "status", "~read by, or why not"),
        [
            (
                field.path,
                _types(field),
                _percent(field.filled_share_before),
                _percent(field.filled_share),
                field.drift or field.status,
                field.reason or _columns(field),
            )
            for field in found
        ],
    )
    first = found[0]
    counted = "rows" if first.is_header else "payloads looked at"
    show(f"Shares of {first.payloads:,} {counted} lately and {first.payloads_before:,} before.")


def _types(field: Field) -> str:
    return ", ".join(sorted(field.types.keys() - {"null"}))


def _columns(field: Field) -> str:
    """Tables and columns, without their schema."""
    return ", ".join(column.partition(".")[2] for column in field.mapped_to or ())


def _percent(share: Decimal | None) -> str | None:
    """A share that is neither rounded to nothing nor to all."""
    if share is None:
        return None
    percent = min(round(share * 100), 99) if share < 1 else 100
    return "<1 %" if percent == 0 and share else f"{percent} %"
