"""Runs of dbt in processes of their own: several at once, held at a chosen moment, killed.

A run is a fork of this process: dbt and the project are loaded already, so that a run begins when
it is started and not seconds later.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner

from ingest.postgres.connection import Connection, connect
from tests.support.warehouse import (
    BUILT,
    Warehouse,
    dbt_arguments,
    incremental_models,
    parsed_project,
)

RECORDS = 60  # that come in before a run
PATIENCE = 120  # seconds after which something that was to happen never will

# What keeps a model from going on, by the moment at which it stops. START: the lock of its turn,
# so before it has looked at anything. MIDDLE: it has advanced its watermark and read all that is
# new, and may not write. END: its rows are written, its indexes cannot be looked after.
START, MIDDLE, END = MOMENTS = ("start", "middle", "end")
_HOLD = {
    START: "select pg_advisory_lock(18513, hashtext('{0}'))",
    MIDDLE: "lock table {0} in share mode",
    END: "lock table {0} in row exclusive mode",
}

_WAITING = """
    select l.pid
    from pg_locks as l
    inner join pg_stat_activity as a on l.pid = a.pid
    where not l.granted and a.datname = current_database() and a.application_name = 'dbt'
"""


@dataclass(frozen=True)
class Model:
    """An incremental model.

    Attributes:
        name: Its name.
        relation: Its table, as dbt writes it.
        reads: The models it reads.
    """

    name: str
    relation: str
    reads: frozenset[str]


def models() -> list[Model]:
    """All incremental models of the project."""
    return [
        Model(
            node.name,
            str(node.relation_name),
            frozenset(
                above.split(".")[-1] for above in node.depends_on_nodes if above.startswith("model")
            ),
        )
        for node in incremental_models()
    ]


def levels() -> list[list[Model]]:
    """The models in the order of their building: each list reads only from those before it."""
    left, built, found = models(), set[str](), []
    while left:
        ready = [model for model in left if model.reads <= built]
        found.append(ready)
        built |= {model.name for model in ready}
        left = [model for model in left if model.name not in built]
    return found


def names(some: Sequence[Model]) -> list[str]:
    return [model.name for model in some]


@dataclass(frozen=True)
class Run:
    """A dbt command in a process of its own.

    Args:
        pid: The process.
        screen: File with all it says.
    """

    pid: int
    screen: Path

    def said(self) -> str:
        return self.screen.read_text()

    def is_over(self) -> bool:
        """Whether it has ended; to be asked before its end is waited for."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def end(self) -> int:
        """Wait for its end; its exit status."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def succeed(self) -> None:
        assert self.end() == 0, self.said()

    def kill(self) -> None:
        """kill -9: the server notices when it next wants to say something to the run."""
        os.kill(self.pid, signal.SIGKILL)
        assert self.end() == -signal.SIGKILL, self.said()


class Runs:
    """Starts runs; what they write beside the database goes to a folder of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[Run] = []

    def start(self, *words: str) -> Run:
        place = self.folder / f"run-{len(self.started)}"
        place.mkdir()
        places = ("--target-path", str(place), "--log-path", str(place))
        arguments = [*words, *dbt_arguments(), *places]
        manifest = parsed_project()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _become(place / "screen", lambda: dbtRunner(manifest=manifest).invoke(arguments))
        run = Run(pid, place / "screen")
        self.started.append(run)
        return run


def _become(screen: Path, task: Callable[[], Any]) -> None:
    """Do a task instead of being a test; never returns."""
    code = 70
    try:
        file = os.open(screen, os.O_WRONLY | os.O_CREAT)
        for standard in (1, 2):
            os.dup2(file, standard)
        # the test runner has put its own in their place
        sys.stdout = sys.stderr = open(1, "w", closefd=False)  # noqa: SIM115
        code = 0 if task().success else 1
        sys.stdout.flush()
    finally:
        # no cleaning up: connections and fixtures belong to the test
        os._exit(code)


@contextmanager
def held(some: Sequence[Model], moment: str) -> Iterator[None]:
    """Let every run that builds one of these models stop there at a moment."""
    with connect(application_name="holder") as conn:
        for model in some:
            conn.execute(_HOLD[moment].format(model.relation).encode())
        yield


def wait_for(conn: Connection, condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        conn.rollback()
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)
    conn.rollback()


def wait_until_held(conn: Connection, run: Run, count: int) -> list[int]:
    """Wait until so many of a run's models stand still; their server processes."""

    def stand_still() -> bool:
        assert not run.is_over(), run.said()
        return len(waiting(conn)) >= count

    wait_for(conn, stand_still, f"{count} models stand still")
    return waiting(conn)


def waiting(conn: Connection) -> list[int]:
    """Server processes of dbt that wait for a lock."""
    found = [pid for (pid,) in conn.execute(_WAITING.encode())]
    conn.rollback()
    return found


def wait_until_gone(conn: Connection) -> None:
    """Wait until the server has noticed that runs are gone."""

    def alone() -> bool:
        found = conn.execute(
            "select from pg_stat_activity"
            " where datname = current_database() and application_name = 'dbt'"
        ).fetchall()
        return not found

    wait_for(conn, alone, "the server notices that its clients are gone")


def kill_when_held(
    warehouse: Warehouse,
    runs: Runs,
    some: Sequence[Model],
    moment: str,
    *words: str,
    count: int = 1,
) -> None:
    """Kill a run when so many of its models stand still at a moment; the server has noticed it.

    Args:
        warehouse: Where it runs.
        runs: What starts it.
        some: The models that stand still.
        moment: One of `MOMENTS`.
        words: The dbt command.
        count: How many of the models must stand still.
    """
    with held(some, moment):
        run = runs.start(*words)
        wait_until_held(warehouse.conn, run, count)
        run.kill()
    wait_until_gone(warehouse.conn)


def drop_built(conn: Connection) -> None:
    """Leave the schemas that dbt fills as `ingest init` does."""
    for schema in BUILT:
        conn.execute(f"drop schema {schema} cascade; create schema {schema}".encode())
    conn.commit()


def remembered(warehouse: Warehouse, some: Sequence[Model] | None = None) -> dict[str, Any]:
    """What these models (or all) have seen and hold, down to who wrote each row."""
    found: dict[str, Any] = {}
    for model in models() if some is None else some:
        mark = warehouse.all(
            "select seen::text, fingerprint::text, advanced_at::text from extracted.watermarks"
            " where model = %s",
            model.name,
        )
        rows = (
            f"select count(*), md5(string_agg(t::text, '' order by t.id)) from {model.relation} t"
        )
        found[model.name] = (mark, warehouse.all(rows))
    return found
