"""The triggers that stamp the rows of raw, so that models see what came after they read.

Rows that come while a trigger is off can bear the stamp of a transaction that models have seen.
What switches triggers off leaves them weaker than they were, and that is how it is noticed, however
much later.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from ingest.errors import IngestError
from ingest.postgres.connection import Connection, describe
from ingest.postgres.statements import statement

_CREATE = {
    "stamp_updated_row": (
        "create trigger stamp_updated_row before update on {}"
        " for each row execute function raw.stamp_updated_row()"
    ),
    "stamp_foreign_row": (
        "create trigger stamp_foreign_row after insert on {}"
        " for each row when (new._xid <> pg_current_xact_id())"
        " execute function raw.stamp_foreign_row()"
    ),
}


@dataclass(frozen=True, slots=True)
class Stamped:
    """A table of raw whose triggers were put right.

    Attributes:
        name: Without its schema.
        rows: Rows that are new to every model now, whether or not one had seen them.
    """

    name: str
    rows: int


def guard(conn: Connection) -> list[Stamped]:
    """Put the triggers right where they are not, and let the next run read what came meanwhile.

    One transaction; those who write wait for it.

    Args:
        conn: A connection outside any transaction, to an initialised database.

    Returns:
        The tables that were not right, with their partitions.

    Raises:
        IngestError: A table is not the user's.
    """
    with conn.transaction():
        found = conn.execute("select name, missing from raw.unguarded_tables()").fetchall()
        try:
            return [_guard(conn, name, missing) for name, missing in found]
        except psycopg.errors.InsufficientPrivilege as fault:
            names = ", ".join(f"raw.{name}" for name, _ in found)
            raise IngestError(
                f"triggers of {names} were switched off, and {fault.diag.message_primary}",
                where=describe(conn),
                hint="run ingest init as the owner of these tables",
            ) from fault


def _guard(conn: Connection, name: str, missing: list[str]) -> Stamped:
    relation = sql.Identifier("raw", name)
    conn.execute(sql.SQL("lock table {} in share row exclusive mode").format(relation))
    for trigger in missing:
        conn.execute(sql.SQL(_CREATE[trigger]).format(relation))
    rows = conn.execute(statement("ingest.schema", "restamp").format(relation=relation)).rowcount
    for trigger in _CREATE:
        enable = sql.SQL("alter table {} enable always trigger {}")
        conn.execute(enable.format(relation, sql.Identifier(trigger)))
    return Stamped(name, rows)
