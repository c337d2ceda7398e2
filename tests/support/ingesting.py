"""`ingest` commands, in this process and in others, killed and interrupted; what they leave."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.load.load import Status
from ingest.postgres.connection import Connection
from tests.support.processes import start, wait_until_gone

FIRMOGRAPHICS = "clay-company-firmographics"
NOTHING = (0, 0, 0)  # as `written` counts


def ingest(*words: str | Path, stdin: bytes | None = None) -> Result:
    """A command in this process."""
    return CliRunner().invoke(cli, [str(word) for word in words], input=stdin)


def load(
    *words: str | Path, workflow: str | None = FIRMOGRAPHICS, stdin: bytes | None = None
) -> Result:
    """`ingest load` of files with options, for a workflow or for those the records name."""
    named = ("--workflow", workflow) if workflow else ()
    return ingest("load", *named, *words, stdin=stdin)


def status(*options: str) -> dict[str, Any]:
    """What `ingest status --json` says."""
    result = ingest("status", "--json", *options)
    if result.exit_code:
        raise AssertionError(result.output)
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _start_load(*words: str | Path, workflow: str = FIRMOGRAPHICS) -> subprocess.Popen[str]:
    """`ingest load` in a process of its own."""
    command = [sys.executable, "-m", "ingest", "load", "--workflow", workflow]
    return subprocess.Popen([*command, *map(str, words)], stderr=subprocess.PIPE, text=True)


def race(files: Sequence[Path], workflow: str = FIRMOGRAPHICS) -> list[str]:
    """Load each file in a process of its own, all at once; what they say. All must succeed."""
    racing = [_start_load(file, workflow=workflow) for file in files]
    said = [process.communicate()[1] for process in racing]
    assert not any(process.returncode for process in racing), said
    return said


def rows(db: Connection, query: str) -> list[Any]:
    """All rows of a query, whose transaction ends with it."""
    found = db.execute(query.encode()).fetchall()
    db.commit()
    return found


def value(db: Connection, query: str) -> Any:
    """The first value that a query finds."""
    return rows(db, query)[0][0]


def written(db: Connection) -> tuple[int, int, int]:
    """Loads, company payloads and rejects in the database."""
    tables = ("loads", "company_payloads", "rejects")
    counts = (f"(select count(*) from raw.{table})" for table in tables)
    ((loads, landed, rejected),) = rows(db, f"select {', '.join(counts)}")
    return loads, landed, rejected


def staging_tables(db: Connection) -> list[str]:
    """Tables that helpers of a load have made and nobody has dropped."""
    query = "select tablename from pg_tables where schemaname = 'raw' and tablename ~ '^_'"
    return sorted(name for (name,) in rows(db, query))


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
        process = start(load)
        time.sleep(moments.uniform(0, 1.2 * usual))
        process.kill()
        wait_until_gone(db, "ingest")
        yield


def assert_whole_or_nothing_and_then_once(
    db: Connection, load: Callable[[], Status], everything: tuple[int, int, int]
) -> bool:
    """Check what a kill has left, load again, and forget; whether everything had been there."""
    wait_until_gone(db, "ingest")
    left = kept(db)
    assert left in {NOTHING, everything}, left
    assert load() is (Status.LOADED if left == NOTHING else Status.KNOWN)
    again = kept(db)
    assert again == everything, again
    forget(db)
    return left == everything


def interrupt(busy: Callable[[], bool], *words: str | Path) -> str:
    """Interrupt `ingest load` as soon as it is busy, which must end it in order; what it says."""
    running = _start_load(*words)
    while not busy() and running.poll() is None:
        pass
    running.send_signal(signal.SIGINT)
    said = running.communicate()[1]
    assert (running.returncode, "Traceback" in said) == (130, False), said
    return said
