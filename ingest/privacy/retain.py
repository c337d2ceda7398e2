"""Retention: what nothing depends on goes when it is old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from psycopg import sql

from ingest.postgres.connection import Connection
from ingest.postgres.statements import statement
from ingest.privacy import tombstones
from ingest.privacy.erase import Counts

# table -> ids of the rows that may go
_SETTLED = """
    select r.id from raw.rejects as r
    -- one that landed since was closed by the load that landed it
    inner join raw.loads as l on coalesce(r._landed_by, r.load_id) = l.id
    where not r._is_open
      and coalesce(r._settled_at, l.finished_at) < now() - %(older_than)s::interval
"""
_ERASED = "select id from privacy.erased_people where erased_at < now() - %(older_than)s::interval"


def retain(
    conn: Connection,
    older_than: timedelta,
    progress: Callable[[int, int], None],
    *,
    batch: int,
    dry_run: bool,
) -> Counts:
    """Delete superseded profiles, rejects that are closed, and ids of erased people, when old.

    Each batch is a transaction of its own: what was interrupted goes on with the same command. No
    answer changes but history, with the next full refresh (docs/operations.md).

    Args:
        conn: A connection outside any transaction.
        older_than: How long ago a row was received, closed or written at least.
        progress: Told how many rows of how many are gone.
        batch: Rows of a transaction.
        dry_run: Only count.

    Returns:
        Rows by table.
    """
    asked: dict[str, sql.SQL] = {
        "raw.person_payloads": statement("ingest.privacy", "prunable"),
        "raw.rejects": sql.SQL(_SETTLED),
        "privacy.erased_people": sql.SQL(_ERASED),
    }
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read")
        found = {
            table: [
                row_id for (row_id,) in conn.execute(query, {"older_than": older_than}).fetchall()
            ]
            for table, query in asked.items()
        }
    counts = {table: len(ids) for table, ids in found.items() if ids}
    if dry_run or not counts:
        return counts
    done = 0
    for table, ids in found.items():
        for start in range(0, len(ids), batch):
            part = ids[start : start + batch]
            with conn.transaction():
                _delete(conn, table, part)
            done += len(part)
            progress(done, sum(counts.values()))
    with conn.transaction():
        tombstones.audit(conn, "retain", None, counts)
    return counts


def _delete(conn: Connection, table: str, ids: list[object]) -> None:
    relation = sql.Identifier(*table.split("."))
    query = sql.SQL("delete from {} as r where id = any(%s)").format(relation)
    if table == "raw.person_payloads":
        # it may have become the one that is extracted, where a newer one was deleted by hand
        query += sql.SQL(
            " and not exists (select from extracted.person_profile as p"
            " where p.raw_payload_id = r.id)"
        )
    conn.execute(query, (ids,))
