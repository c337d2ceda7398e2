"""What providers send and what of it is read, as the last build saw it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement

# in the order in which they are told: what is worst first
DRIFTS = ("vanished", "another type", "halved", "new")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a workflow's payloads, or a header of its files: a row of ``api.payload_fields``.

    Its columns are described there; days are texts, because another program may have written a
    receipt that no date of Python is.
    """

    workflow_slug: str
    path: str
    status: str
    mapped_to: list[str] | None
    reason: str | None
    drift: str | None
    drift_since: str | None
    payloads: int
    payloads_before: int
    present: int
    present_before: int
    filled_share: Decimal | None
    filled_share_before: Decimal | None
    filled_share_until: Decimal | None
    payloads_since_filled: int
    types: dict[str, int]
    first_seen: str
    last_seen: str
    last_filled: str | None
    longest: int | None
    is_header: bool


def is_there(conn: Connection) -> bool:
    """Whether there has been a build, and the role may read what it made."""
    found = conn.execute(
        "select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')"
        " from pg_class as c inner join pg_namespace as n on c.relnamespace = n.oid"
        " where n.nspname = 'api' and c.relname = 'payload_fields'"
    ).fetchone()
    return found == (True,)


def fields(conn: Connection, workflow: str | None) -> list[Field]:
    """The fields of a workflow, or of all, by name.

    Args:
        conn: A connection to a database in which ``is_there``.
        workflow: Slug of the workflow; None for all.
    """
    rows = conn.execute(statement("ingest.state", "fields"), {"workflow": workflow})
    return [Field(*row) for row in rows]


def drifts(conn: Connection) -> dict[str, int] | None:
    """How many fields drift, by how; None where that cannot be told."""
    if not is_there(conn):
        return None
    rows = conn.execute("select drift from api.payload_fields where drift is not null")
    counted = Counter(drift for (drift,) in rows)
    return {drift: counted[drift] for drift in DRIFTS}
