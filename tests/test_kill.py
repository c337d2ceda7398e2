"""A load that is killed at any moment leaves nothing or everything; run again, it loads once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ingest import landing, ledger
from ingest.connection import Connection, connect
from ingest.loading import LoadOptions, Status, load_file
from ingest.registry import load_registry

FIRMOGRAPHICS = "clay-company-firmographics"
LANDED, REJECTED = 1_500, 15
NOTHING, EVERYTHING = (0, 0, 0), (1, LANDED, REJECTED)
KILLS_AT_RANDOM = 50


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


def written(db: Connection) -> tuple[int, int, int]:
    """Loads, landed companies and rejects; the ledger must agree with what is there."""
    counts = db.execute(
        """
        select
            (select count(*) from raw.loads),
            (select count(*) from raw.company_payloads),
            (select count(*) from raw.rejects),
            (select sum(landed) from raw.loads),
            (select sum(rejected) from raw.loads),
            (select count(distinct company_domain) from raw.company_payloads)
        """
    ).fetchone()
    db.rollback()
    assert counts is not None
    loads, landed, rejected, *of_ledger, domains = counts
    if loads:
        assert of_ledger == [landed, rejected]
    assert domains == landed
    return loads, landed, rejected


def in_child(task: Callable[[], object]) -> int:
    """Run a task in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return child


def wait_for_sessions(db: Connection) -> None:
    """Wait until the server has noticed that its clients are gone."""
    left: Any = None
    while left != (0,):
        left = db.execute(
            "select count(*) from pg_stat_activity"
            " where application_name = 'ingest' and datname = current_database()"
        ).fetchone()
        db.rollback()


def forget(db: Connection) -> None:
    db.execute("truncate raw.loads, raw.rejects, raw.company_payloads cascade")
    db.commit()


def assert_whole_or_nothing_and_then_once(db: Connection, file: Path) -> bool:
    """Check what a kill has left, load again, and forget; whether everything had been there."""
    wait_for_sessions(db)
    left = written(db)
    assert left in {NOTHING, EVERYTHING}
    assert load(file) is (Status.LOADED if left == NOTHING else Status.KNOWN)
    assert written(db) == EVERYTHING
    forget(db)
    return left == EVERYTHING


def test_killed_at_random_moments(db: Connection, file: Path) -> None:
    begin = time.perf_counter()
    load(file)
    usual = time.perf_counter() - begin
    forget(db)
    moments = random.Random(20)
    survived = 0
    for _ in range(KILLS_AT_RANDOM):
        child = in_child(lambda: load(file))
        time.sleep(moments.uniform(0, 1.2 * usual))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        survived += assert_whole_or_nothing_and_then_once(db, file)
    # on a machine this busy, some may have come through; a test that kills none proves nothing
    assert survived < KILLS_AT_RANDOM


def die() -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def dies_before(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **named: (die(), function(*args, **named))[1]


def dies_after(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        function(*args, **named)
        die()

    return call


def dies_at_call(number: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def patch(function: Callable[..., Any]) -> Callable[..., Any]:
        left = iter(range(number, -1, -1))
        return lambda *args, **named: function(*args, **named) if next(left, 0) else die()

    return patch


@pytest.mark.parametrize(
    ("owner", "name", "patch"),
    [
        pytest.param(ledger, "lock", dies_after, id="with the lock"),
        pytest.param(ledger, "known_load", dies_after, id="before the first write"),
        pytest.param(ledger, "open_load", dies_after, id="behind the ledger row"),
        pytest.param(landing.Landing, "add", dies_before, id="before the first row"),
        pytest.param(landing.Landing, "add", dies_at_call(700), id="between two rows"),
        pytest.param(landing._Stream, "end", dies_before, id="before the end of a COPY"),
        pytest.param(landing._Stream, "end", dies_after, id="behind the first COPY"),
        pytest.param(landing._Stream, "end", dies_at_call(4), id="before the end of a later COPY"),
        pytest.param(landing.Landing, "_flush", dies_after, id="behind the last COPY"),
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
    def doomed() -> None:
        setattr(owner, name, patch(getattr(owner, name)))
        load(file)

    os.waitpid(in_child(doomed), 0)
    assert not assert_whole_or_nothing_and_then_once(db, file)


def test_killed_between_the_commit_and_its_answer(db: Connection, file: Path) -> None:
    def doomed() -> None:
        exit_ = psycopg.Transaction.__exit__

        def commit_and_die(transaction: Any, *fault: Any) -> Any:
            outermost = transaction.savepoint_name in {None, ""}
            result = exit_(transaction, *fault)
            if outermost:
                die()
            return result

        psycopg.Transaction.__exit__ = commit_and_die  # type: ignore[method-assign]
        load(file)

    os.waitpid(in_child(doomed), 0)
    assert assert_whole_or_nothing_and_then_once(db, file)


def test_the_next_in_line_loads_when_the_first_is_killed(db: Connection, file: Path) -> None:
    reading, writing = os.pipe()

    def doomed() -> None:
        close_load = ledger.close_load

        def report_and_hang(*args: Any) -> None:
            close_load(*args)
            os.write(writing, b"!")
            signal.pause()

        setattr(ledger, "close_load", report_and_hang)  # noqa: B010 - mypy takes it for a redefinition
        load(file)

    first = in_child(doomed)
    os.read(reading, 1)
    second = in_child(lambda: load(file))
    waiting: Any = None
    while waiting != (1,):
        waiting = db.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        ).fetchone()
        db.rollback()
    assert written(db) == NOTHING
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    os.waitpid(second, 0)
    assert written(db) == EVERYTHING


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_an_interrupt_ends_with_130_and_nothing_half_written(
    db: Connection, tmp_path: Path, jobs: str
) -> None:
    files = [tmp_path / f"{n}.ndjson" for n in range(3)]
    for number, path in enumerate(files):
        lines = (b'{"domain":"c%d-%d.example"}\n' % (number, n) for n in range(60_000))
        path.write_bytes(b"".join(lines))
    command = [sys.executable, "-m", "ingest.cli", "load", "--workflow", FIRMOGRAPHICS]
    running = subprocess.Popen(
        [*command, "--jobs", jobs, *map(str, files)], stderr=subprocess.PIPE, text=True
    )
    busy: Any = None
    while busy != (True,) and running.poll() is None:
        busy = db.execute(
            "select exists (select from pg_stat_activity where application_name = 'ingest'"
            " and backend_xid is not null and datname = current_database())"
        ).fetchone()
        db.rollback()
    running.send_signal(signal.SIGINT)
    said = running.communicate()[1]
    assert (running.returncode, "Traceback" in said) == (130, False), said
    assert "nothing half-written" in said
    wait_for_sessions(db)
    loads, landed, rejected = written(db)
    assert (landed, rejected) == (60_000 * loads, 0)
    assert loads < 3
