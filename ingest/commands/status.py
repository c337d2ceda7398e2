"""``ingest status``: the state of the warehouse on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

from ingest.commands.common import json_option
from ingest.postgres.connection import connect, describe
from ingest.schema.migrate import require_initialised
from ingest.state.status import (
    AWAITED_DAYS,
    BuiltTable,
    Outbound,
    RawTable,
    Status,
    status,
    warehouse_seen,
)
from ingest.terminal.screen import emit_json, out
from ingest.terminal.tables import age, print_paragraph, print_table

_UNKNOWN = "not known to this role"
_UNGUARDED = (
    "its triggers were switched off, so that rows may have come that no model will see; run ingest "
    "init, which puts both right"
)


@click.command("status", epilog="Example: ingest status --json")
@json_option
def command(as_json: bool) -> None:
    """Show what the warehouse holds, what waits to be transformed, and what is open.

    "to transform" counts the rows that some model has not read yet, "waiting" those of a workflow
    that no model reads, be it registered or not, "to read" what a model has not read of its tables,
    raw or built. All counts are exact.

    A role sees what it may look into; the rest is named.

    What models remember of their reading is extracted.watermarks. Rows of it, or all, may be
    deleted: those models read everything once more and come to the same tables.
    """
    with connect() as conn:
        with conn.transaction():
            sees_migrations = warehouse_seen(conn).sees("raw.migrations")
        if sees_migrations:
            require_initialised(conn)
        database = describe(conn)
        found = status(conn)
    if as_json:
        emit_json(
            {
                "database": database,
                "untransformed": found.untransformed,
                "waiting": found.waiting,
                **asdict(found),
            }
        )
        return
    _show(database, found)


def _show(database: str, found: Status) -> None:
    lines = (
        ("database", database.removeprefix("database ")),
        *([("not shown", _not_shown(found))] if found.not_shown else []),
        ("last load", _last_load(found)),
        ("last build", _last_build(found)),
        ("to transform", _untransformed(found)),
        ("rejects", _open(found, found.rejects, "see ingest rejects")),
        ("issues", _open(found, found.issues, "see extracted.extraction_issues")),
        *([("fields", _drifts(found.drifts))] if found.drifts is not None else []),
        *([("sent out", _outbound(found.outbound))] if found.outbound else []),
        *([("erasures", _searches(found.searches))] if found.searches else []),
        *((f"raw.{t.name}", _hidden(t)) for t in found.raw if t.hidden),
        *((f"raw.{t.name}", _UNGUARDED) for t in found.raw if not t.is_guarded),
        *((t.name, _orphaned(t)) for t in found.built if t.orphaned),
    )
    for label, text in lines:
        print_paragraph(out, f"{label:12}", text)
    filled = [t for t in found.raw if t.rows]
    empty = [t.name for t in found.raw if not t.rows]
    if filled:
        columns = ("raw", "#rows", "#to transform", "#waiting")
        _print(columns, [(t.name, t.rows, t.untransformed, t.waiting) for t in filled])
    if empty:
        out.print()
        print_paragraph(out, "empty in raw", ", ".join(empty))
    if found.built:
        _print(
            ("built", "#rows", "#to read", "read up to"),
            [(t.name, t.rows, t.unseen, _read_up_to(t, found)) for t in found.built],
        )


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    out.print()
    print_table(out, columns, rows)


def _read_up_to(table: BuiltTable, found: Status) -> str:
    if table.rescan:
        return f"all again: {table.rescan}"
    return age(found.at - table.read_at) if table.read_at else ""


def _not_shown(found: Status) -> str:
    schemas = [name for name in found.not_shown if "." not in name]
    tables = [name for name in found.not_shown if "." in name]
    parts = [
        f"{what}{'' if len(names) == 1 else 's'} {', '.join(names)}"
        for what, names in (("schema", schemas), ("table", tables))
        if names
    ]
    return f"{'; '.join(parts)}: this role may not look into it"


def _last_load(found: Status) -> str:
    load = found.last_load
    if load is None:
        return _UNKNOWN if {"raw", "raw.loads"} & {*found.not_shown} else "none yet"
    return (
        f"{_moment(load.started_at, found)}: {load.landed:,} landed, {load.rejected:,} rejected "
        f"of {load.file_name}"
    )


def _last_build(found: Status) -> str:
    if found.last_build is None and found.not_shown:
        return _UNKNOWN
    if found.last_build is None:
        return "none yet; run ingest dbt build"
    return _moment(found.last_build, found)


def _untransformed(found: Status) -> str:
    if found.not_shown:
        return _UNKNOWN
    parts = [f"{found.untransformed:,} rows" if found.untransformed else "nothing"]
    if found.rescans and found.last_build:
        parts.append(f"{len(found.rescans):,} models read all again, as said below")
    if found.untransformed or found.rescans:
        parts.append("run ingest dbt build")
    if found.waiting:
        parts.append(f"{found.waiting:,} rows wait for a model that reads their workflow")
    if found.unregistered:
        parts.append(f"{found.unregistered:,} of them bear a workflow that is not registered")
    if found.unmatched:
        parts.append(f"{found.unmatched:,} with an address wait for who bears the name")
    if found.withheld:
        parts.append(
            f"{found.withheld:,} are about people who were erased, and read by no model: "
            "ingest privacy replay deletes them"
        )
    return "; ".join(parts)


def _searches(count: int) -> str:
    return f"{count:,} whose search is under way or was cut off; see ingest privacy list"


def _outbound(found: Outbound) -> str:
    parts = [
        f"{n:,} {what}"
        for n, what in (
            (found.open, "open"),
            (found.doubtful, "in doubt"),
            (found.awaited, f"without a result for {AWAITED_DAYS} days"),
            (found.paused, "jobs paused" if found.paused != 1 else "job paused"),
        )
        if n
    ]
    return f"{', '.join(parts)}; see ingest send jobs" if parts else "nothing open"


def _hidden(table: RawTable) -> str:
    return (
        f"{table.hidden:,} rows came with the stamp of an earlier transaction, while triggers were "
        "off, and models take them for seen; run ingest dbt build --full-refresh"
    )


def _orphaned(table: BuiltTable) -> str:
    return (
        f"{table.orphaned:,} rows name raw rows that are gone; run ingest dbt build --full-refresh "
        "to leave them out"
    )


def _open(found: Status, count: int | None, look: str) -> str:
    if count is None:
        return _UNKNOWN if found.not_shown else "not known before the first build"
    return f"{count:,}; {look}" if count else "none"


def _drifts(drifts: dict[str, int]) -> str:
    new = drifts["new"]
    words = {"new": f"new field{'' if new == 1 else 's'}", "another type": "of another type"}
    # what is new is asked for first, and worst is what has vanished
    said = [f"{n:,} {words.get(drift, drift)}" for drift, n in reversed(drifts.items()) if n]
    return f"{', '.join(said)}: ingest fields" if said else "nothing new, nothing vanished"


def _moment(at: datetime, found: Status) -> str:
    return f"{at.astimezone().isoformat(sep=' ', timespec='minutes')} ({age(found.at - at)})"
