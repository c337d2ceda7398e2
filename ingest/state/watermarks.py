"""What each model has read, as ``extracted.watermarks`` remembers it, and whether it still counts.

dbt writes the watermarks (``macros/incremental/watermark.sql``) and compares all of their
fingerprint. Here it is compared as far as the database alone tells; what the checkout's code is,
only dbt knows. The reasons are worded as dbt logs them (``changes_between``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import TupleRow

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.project import BUILT_SCHEMAS

# the snapshot that contains nothing
_NOTHING = "1:1:"


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a model has read.

    Attributes:
        schema: Where its table is.
        model: Its name, and its table's.
        read_at: When it last read; None if nothing is remembered.
        seen: The snapshot it read with, as PostgreSQL writes one; one that contains nothing if
            the model will read everything again.
        reads: The tables it reads, with their schemas; empty if nothing is remembered.
        rescan: Why it will read everything again; None if it will read what is new.
    """

    schema: str
    model: str
    read_at: datetime | None
    seen: str
    reads: tuple[str, ...]
    rescan: str | None


def watermarks(conn: Connection, models: Sequence[str]) -> list[Watermark]:
    """The watermarks of the models whose tables exist; none before the first build.

    Args:
        conn: A connection to an initialised database.
        models: Names of the project's models: the watermark of one that is gone stands still.
    """
    there = conn.execute(
        "select to_regclass('extracted.watermarks') is not null"
        " and to_regclass('extracted.deployments') is not null"
    ).fetchone()
    if there != (True,):
        return []
    query = statement("ingest.state", "watermarks")
    named = {"schemas": list(BUILT_SCHEMAS), "models": list(models)}
    return [_watermark(row) for row in conn.execute(query, named)]


def _watermark(row: TupleRow) -> Watermark:
    schema, model, read_at, seen, is_elsewhere, is_new, reads, changed = row
    if seen is None:
        reasons = ["nothing is remembered"]
    elif is_elsewhere:
        reasons = ["it was read on another server"]
    else:
        reasons = ["its table is new"] if is_new else []
        reasons += [_change_of(node) for node in sorted(changed or ())]
    return Watermark(
        schema=schema,
        model=model,
        read_at=read_at,
        seen=_NOTHING if reasons else seen,
        reads=tuple(sorted(reads or ())),
        rescan=", ".join(reasons) or None,
    )


def _change_of(node: str) -> str:
    """What happened to something that a model depends on, by its id in dbt."""
    kind, *_, name = node.split(".")
    return f"its {kind} {name} changed" if kind in ("seed", "function") else f"{name} was replaced"
