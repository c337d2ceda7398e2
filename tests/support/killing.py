"""Loads in processes of their own that are killed, held or interrupted."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.load.load import Status
from ingest.postgres.connection import Connection
from tests.support.ingesting import rows, start_load, written

NOTHING = (0, 0, 0)


def in_child(task: Callable[[], object]) -> int:
    """Run a task in a process of its own; its id."""
    child = os.fork()
    if child == 0:
        try:
            task()
        finally:
            os._exit(0)
    return child


def kill(child: int) -> None:
    """kill -9: the server notices when it next wants to say something to the child."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def held_child(owner: Any, name: str, task: Callable[[], object], *, after: bool) -> int:
    """Run a task in a child that stops for good at its first call of a function; waits for that.

    Args:
        owner: Module or class of the function.
        name: Its name there.
        task: What the child does.
        after: Whether it stops behind the call, or instead of it.
    """
    reading, writing = os.pipe()
    function = getattr(owner, name)

    def report_and_hang(*args: Any) -> None:
        if after:
            function(*args)
        os.write(writing, b"!")
        signal.pause()

    def doomed() -> None:
        setattr(owner, name, report_and_hang)
        task()

    child = in_child(doomed)
    os.read(reading, 1)
    return child


def wait_until(db: Connection, condition: str) -> None:
    """Wait until a condition in SQL holds."""
    while rows(db, f"select {condition}") != [(True,)]:
        pass


def wait_for_sessions(db: Connection) -> None:
    """Wait until the server has noticed that its clients are gone."""
    wait_until(
        db,
        "not exists (select from pg_stat_activity"
        " where application_name = 'ingest' and datname = current_database())",
    )


def forget(db: Connection) -> None:
    """Take away what the loads of companies have left."""
    db.execute("truncate raw.loads, raw.rejects, raw.company_payloads cascade")
    db.commit()


def kept(db: Connection) -> tuple[int, int, int]:
    """What `written` counts; the ledger must agree with it, and no company be there twice."""
    loads, landed, rejected = written(db)
    if loads:
        assert rows(db, "select sum(landed), sum(rejected) from raw.loads") == [(landed, rejected)]
    distinct = "select count(distinct company_domain) from raw.company_payloads"
    assert rows(db, distinct) == [(landed,)]
    return loads, landed, rejected


def killed_at_random(db: Connection, load: Callable[[], object], times: int) -> Iterator[None]:
    """Kill a load so many times, at random moments of the time it usually takes.

    Yields:
        Nothing, after each kill that the server has noticed; forget what is there before the next.
    """
    begin = time.perf_counter()
    load()
    usual = time.perf_counter() - begin
    forget(db)
    moments = random.Random(20)
    for _ in range(times):
        child = in_child(load)
        time.sleep(moments.uniform(0, 1.2 * usual))
        kill(child)
        wait_for_sessions(db)
        yield


def assert_whole_or_nothing_and_then_once(
    db: Connection, load: Callable[[], Status], everything: tuple[int, int, int]
) -> bool:
    """Check what a kill has left, load again, and forget; whether everything had been there."""
    wait_for_sessions(db)
    left = kept(db)
    assert left in {NOTHING, everything}, left
    assert load() is (Status.LOADED if left == NOTHING else Status.KNOWN)
    again = kept(db)
    assert again == everything, again
    forget(db)
    return left == everything


def interrupt(busy: Callable[[], bool], *words: str | Path) -> str:
    """Interrupt `ingest load` as soon as it is busy, which must end it in order; what it says."""
    running = start_load(*words)
    while not busy() and running.poll() is None:
        pass
    running.send_signal(signal.SIGINT)
    said = running.communicate()[1]
    assert (running.returncode, "Traceback" in said) == (130, False), said
    return said
