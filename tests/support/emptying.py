"""Tables as they were before a test."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from ingest.postgres.connection import Connection


def empty_raw(conn: Connection) -> None:
    """Take every row out of raw, and forget who is erased."""
    # a test that left a transaction open shall fail the next one, not hang it
    conn.execute("set local lock_timeout = '20s'")
    tables = conn.execute(
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('raw', 'privacy') and tablename <> 'migrations'"
    ).fetchall()
    empty_tables(conn, [sql.Identifier(*table) for table in tables])


def empty_tables(conn: Connection, tables: Sequence[sql.Identifier]) -> None:
    """Take every row out of tables, and commit.

    Those that have none are left alone: a truncated table gets a new file, and so does each of its
    indexes, which for all of raw takes twenty times as long as most tests need it to.
    """
    measured = conn.execute(
        "select name from unnest(%s::text[]) as t (name)"
        " where pg_relation_size(name::regclass) > 0",
        [[table.as_string(conn) for table in tables]],
    ).fetchall()
    if measured:
        names = ", ".join(name for (name,) in measured)
        conn.execute(f"truncate {names} cascade".encode())
    conn.commit()
