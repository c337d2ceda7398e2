"""Staging tables of dead loads: the next load drops them, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg import sql

from ingest.landing import helpers
from ingest.landing.helpers import drop_abandoned
from ingest.landing.rows import new_id
from ingest.postgres.connection import Connection, connect
from tests.support.ingesting import staging_tables


@pytest.fixture
def other(db: Connection) -> Iterator[Connection]:  # noqa: ARG001 - the database first
    with connect(application_name="other") as conn:
        yield conn


def table(db: Connection) -> tuple[str, int]:
    """A staging table, and the lock of its load."""
    load_id = new_id()
    name = f"_staging_{load_id.hex}_0_0"
    db.execute(sql.SQL("create unlogged table {} ()").format(sql.Identifier("raw", name)))
    db.commit()
    return name, int.from_bytes(load_id.bytes[8:], signed=True)


def test_tables_of_dead_loads_go_and_those_of_living_ones_stay(
    db: Connection, other: Connection
) -> None:
    table(db)
    living, lock_id = table(db)
    other.execute("select pg_advisory_xact_lock(%s)", (lock_id,))
    drop_abandoned(db)
    assert staging_tables(db) == [living]
    other.rollback()
    drop_abandoned(db)
    assert staging_tables(db) == []


def test_a_table_that_somebody_reads_is_left_for_the_next_time(
    db: Connection, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "_PATIENCE", "50ms")
    read, _ = table(db)
    table(db)
    other.execute(sql.SQL("select from {}").format(sql.Identifier("raw", read)))
    drop_abandoned(db)
    assert staging_tables(db) == [read]
    other.rollback()
    drop_abandoned(db)
    assert staging_tables(db) == []


def test_other_tables_stay(db: Connection) -> None:
    db.execute("create unlogged table raw._staging_notes ()")
    db.commit()
    drop_abandoned(db)
    assert staging_tables(db) == ["_staging_notes"]
    db.execute("drop table raw._staging_notes")
    db.commit()
