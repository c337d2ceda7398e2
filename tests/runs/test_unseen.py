"""`is_unseen`, the one answer to what is new: right, found through an index, and in parallel."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ingest.postgres.connection import Connection, connect
from tests.support.scratch import Parameters

UNSEEN = "reference.is_unseen(_xid, {})"
# as the models write it: the snapshot is in a setting of the transaction
SETTING = "coalesce(nullif(current_setting('hq.seen', true), ''), '1:1:')::pg_snapshot"


@pytest.fixture(scope="module")
def rows(_built: Parameters) -> Iterator[Connection]:
    """A connection with a table of 200,000 rows, written by earlier transactions."""
    with connect(application_name="tests") as conn:
        conn.autocommit = True
        conn.execute("create schema unseen")
        conn.execute(
            "create table unseen.rows"
            " (id integer, pad text, _xid xid8 not null default pg_current_xact_id())"
        )
        for first in range(0, 200_000, 20_000):
            conn.execute(
                "insert into unseen.rows (id, pad) select n, repeat('x', 200)"
                f" from generate_series({first}, {first} + 19999) as n".encode()
            )
        conn.execute("create index on unseen.rows (_xid)")
        conn.execute("vacuum analyze unseen.rows")
        yield conn
        conn.execute("drop schema unseen cascade")


def plan(conn: Connection, query: str) -> dict[str, Any]:
    """How PostgreSQL ran a query."""
    found = conn.execute(f"explain (analyze, format json) {query}".encode()).fetchone()
    assert found is not None
    (explained,) = found[0] if isinstance(found[0], list) else json.loads(found[0])
    return dict(explained)


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


@pytest.mark.parametrize(
    ("written_by", "is_unseen"),
    [
        (9, False),
        (10, True),
        (11, False),
        (14, True),
        (19, False),
        (20, True),
        (21, True),
    ],
    ids=[
        *("before-all-that-were-open", "the-first-that-was-open", "ended-between-open-ones"),
        *("another-that-was-open", "the-last-that-had-ended", "the-first-that-had-not-begun"),
        "a-later-one",
    ],
)
def test_a_row_is_unseen_if_its_transaction_was_not_visible(
    rows: Connection, written_by: int, is_unseen: bool
) -> None:
    # 10 and 14 were open, 20 had not begun; all have ended meanwhile
    query = "select reference.is_unseen(%s::text::xid8, '10:20:10,14')"
    assert rows.execute(query, [written_by]).fetchone() == (is_unseen,)


@pytest.mark.parametrize(
    ("seen", "expected"), [("10:20:", [True, False, False]), ("1:1:", [True, True, True])]
)
def test_a_transaction_to_come_is_left_for_later_by_who_has_seen_something(
    rows: Connection, seen: str, expected: list[bool]
) -> None:
    query = """
        select reference.is_unseen((next::text::bigint + distance)::text::xid8, %s::pg_snapshot)
        from
            pg_snapshot_xmax(pg_current_snapshot()) as next,
            unnest('{-1, 0, 1000000}'::bigint[]) as distance
        order by distance
    """
    assert [answer for (answer,) in rows.execute(query, [seen])] == expected


def test_the_idle_case_is_one_look_into_the_index(rows: Connection) -> None:
    """Nobody reads the table for nothing."""
    with rows.transaction():
        # a transaction that another test holds open makes the planner expect many rows
        rows.execute("set local enable_seqscan = off")
        rows.execute("select set_config('hq.seen', pg_current_snapshot()::text, true)")
        explained = plan(rows, f"select * from unseen.rows where {UNSEEN.format(SETTING)}")
    conditions = [node.get("Index Cond", "") for node in nodes(explained["Plan"])]
    assert any("_xid >=" in condition for condition in conditions)
    assert any("_xid <" in condition for condition in conditions)
    assert explained["Plan"]["Actual Rows"] == 0


def test_each_of_several_snapshots_is_looked_up_in_the_index(rows: Connection) -> None:
    """As `ingest status` asks for what any of the models behind a table has not seen."""
    seen: list[str] = []
    for _ in range(2):
        rows.execute("insert into unseen.rows (id) values (0)")
        seen += rows.execute("select pg_current_snapshot()::text").fetchone() or ()
    either = " or ".join(UNSEEN.format(f"'{snapshot}'") for snapshot in seen)
    with rows.transaction():
        rows.execute("set local enable_seqscan = off")
        explained = plan(rows, f"select count(*) from unseen.rows where {either}")
    conditions = [node["Index Cond"] for node in nodes(explained["Plan"]) if "Index Cond" in node]
    # one for both, where a transaction of another test is older than either
    assert len(conditions) in (1, 2)
    assert all("_xid >=" in condition for condition in conditions)


def test_reading_everything_is_shared_by_parallel_workers(rows: Connection) -> None:
    with rows.transaction():
        rows.execute("set local parallel_setup_cost = 0")
        rows.execute("set local min_parallel_table_scan_size = 0")
        rows.execute("set local hq.seen = '1:1:'")
        query = f"select count(*), max(pad) from unseen.rows where {UNSEEN.format(SETTING)}"
        explained = plan(rows, query)
    gathered = [node for node in nodes(explained["Plan"]) if node["Node Type"].startswith("Gather")]
    assert [node["Workers Planned"] > 0 for node in gathered] == [True]
