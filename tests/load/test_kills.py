"""A load that is killed at any moment leaves nothing or everything; run again, it loads once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest.landing import copy, landing, ledger
from ingest.load.load import LoadOptions, Status, load_file
from ingest.postgres.connection import Connection, connect
from ingest.workflows.registry import load_registry
from tests.support.ingesting import (
    FIRMOGRAPHICS,
    NOTHING,
    assert_whole_or_nothing_and_then_once,
    interrupt,
    kept,
    killed_at_random,
    value,
)
from tests.support.processes import (
    die,
    dies_after,
    dies_at_call,
    dies_before,
    patched,
    start,
    start_held,
    wait_until,
    wait_until_gone,
)

LANDED, REJECTED = 1_500, 15
EVERYTHING = (1, LANDED, REJECTED)
KILLS_AT_RANDOM = (15, pytest.param(50, marks=pytest.mark.long))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "companies.ndjson"
    path.write_bytes(
        b"".join(
            b'{"domain":"c%d.example"}\n%b'
            % (n, b"" if n % 100 else b'{"domain":"x","a":1e999999}\n')
            for n in range(LANDED)
        )
    )
    return path


@pytest.fixture(autouse=True)
def _many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing, "CHUNK_SIZE", 60_000)


def load(file: Path) -> Status:
    registry = load_registry()
    options = LoadOptions(registry, workflow=registry.resolve(FIRMOGRAPHICS))
    with connect() as conn:
        return load_file(conn, str(file), options).status


def load_once_more(db: Connection, file: Path) -> bool:
    return assert_whole_or_nothing_and_then_once(db, lambda: load(file), EVERYTHING)


@pytest.mark.parametrize("times", KILLS_AT_RANDOM)
def test_killed_at_random_moments(db: Connection, file: Path, times: int) -> None:
    kills = killed_at_random(db, lambda: load(file), times)
    survived = sum(load_once_more(db, file) for _ in kills)
    # on a machine this busy, some may have come through; a test that kills none proves nothing
    assert survived < times


@pytest.mark.parametrize(
    ("owner", "name", "patch"),
    [
        pytest.param(ledger, "lock", dies_after, id="with the lock"),
        pytest.param(ledger, "known_load", dies_after, id="before the first write"),
        pytest.param(ledger, "open_load", dies_after, id="behind the ledger row"),
        pytest.param(landing.Landing, "add", dies_before, id="before the first row"),
        pytest.param(landing.Landing, "add", dies_at_call(700), id="between two rows"),
        pytest.param(copy.Stream, "end", dies_before, id="before the end of a COPY"),
        pytest.param(copy.Stream, "end", dies_after, id="behind the first COPY"),
        pytest.param(copy.Stream, "end", dies_at_call(4), id="before the end of a later COPY"),
        pytest.param(landing.Landing, "flush", dies_after, id="behind the last COPY"),
        pytest.param(ledger, "close_load", dies_before, id="before the counts"),
        pytest.param(ledger, "close_load", dies_after, id="behind the counts"),
    ],
)
def test_killed_at_every_step(
    db: Connection,
    file: Path,
    owner: Any,
    name: str,
    patch: Callable[..., Any],
) -> None:
    assert start(patched(owner, name, patch, lambda: load(file))).is_killed()
    assert not load_once_more(db, file)


def test_killed_between_the_commit_and_its_answer(db: Connection, file: Path) -> None:
    def dies_when_committed(exit_: Callable[..., Any]) -> Callable[..., Any]:
        def commit_and_die(transaction: Any, *fault: Any) -> Any:
            outermost = transaction.savepoint_name in {None, ""}
            result = exit_(transaction, *fault)
            if outermost:
                die()
            return result

        return commit_and_die

    doomed = patched(psycopg.Transaction, "__exit__", dies_when_committed, lambda: load(file))
    assert start(doomed).is_killed()
    assert load_once_more(db, file)


def test_the_next_in_line_loads_when_the_first_is_killed(db: Connection, file: Path) -> None:
    first = start_held(ledger, "close_load", lambda: load(file), after=True)
    second = start(lambda: load(file))
    wait_until(
        db,
        "exists (select from pg_locks as l inner join pg_database as d on l.database = d.oid"
        " where l.locktype = 'advisory' and not l.granted and d.datname = current_database())",
    )
    assert kept(db) == NOTHING
    assert first.kill()
    second.succeed()
    assert kept(db) == EVERYTHING


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_an_interrupt_ends_with_130_and_nothing_half_written(
    db: Connection, tmp_path: Path, jobs: str
) -> None:
    files = [tmp_path / f"{n}.ndjson" for n in range(3)]
    for number, path in enumerate(files):
        lines = (b'{"domain":"c%d-%d.example"}\n' % (number, n) for n in range(60_000))
        path.write_bytes(b"".join(lines))
    writing = (
        "select exists (select from pg_stat_activity where application_name = 'ingest'"
        " and backend_xid is not null and datname = current_database())"
    )
    said = interrupt(lambda: value(db, writing) is True, "--jobs", jobs, *files)
    assert "nothing half-written" in said
    wait_until_gone(db, "ingest")
    loads, landed, rejected = kept(db)
    assert (landed, rejected) == (60_000 * loads, 0)
    assert loads < 3
