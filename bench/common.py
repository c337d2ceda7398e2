"""What all measurements share: a database of their own, dbt, tables on screen, figures on disk."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from ingest.postgres.connection import Connection, connect, connection_parameters, environment_for
from ingest.schema.migrate import migrate

PROJECT = Path(__file__).resolve().parent.parent
RESULTS = PROJECT / "bench" / "results.json"
_WIDTH_OF_A_FILE = 150
_TAIL = 3000  # characters of what a program said before it failed

# they decide about the figures, and servers differ in them
_SETTINGS = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")


class FailedError(RuntimeError):
    """A program that is measured did not do what it should; the text holds its last words."""


class Scratch(NamedTuple):
    """A database for measuring: the variables that name it, and a connection to it."""

    environment: dict[str, str]
    conn: Connection


class DbtRun(NamedTuple):
    """One dbt command.

    Attributes:
        wall: Seconds from its start to its end.
        nodes: Seconds of each model, test, seed and hook, by its unique id.
        target: The folder of its artefacts.
    """

    wall: float
    nodes: dict[str, float]
    target: Path

    def models(self) -> dict[str, float]:
        """Seconds by name of model."""
        return {
            unique_id.rsplit(".", 1)[-1]: spent
            for unique_id, spent in self.nodes.items()
            if unique_id.startswith("model.")
        }

    def start(self) -> float:
        """Seconds that went into no node, if they ran one after the other."""
        return self.wall - sum(self.nodes.values())


@dataclass(frozen=True)
class Dbt:
    """dbt as a scheduler would call it, with a folder of artefacts that stays.

    Args:
        environment: The variables that name the database.
        target: The folder; what dbt parsed once it finds there the next time.
    """

    environment: dict[str, str]
    target: Path

    def __call__(self, *words: str) -> DbtRun:
        """Run one command to its end.

        Raises:
            FailedError: It failed.
        """
        begin = time.perf_counter()
        done = subprocess.run(
            self.command(*words), env=self.environment, capture_output=True, text=True, check=False
        )
        wall = time.perf_counter() - begin
        if done.returncode != 0:
            said = (done.stdout + done.stderr)[-_TAIL:]
            raise FailedError(f"dbt {' '.join(words)} failed:\n{said}")
        return DbtRun(wall, self._nodes(), self.target)

    def command(self, *words: str) -> list[str]:
        """The command line."""
        place = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
        artefacts = ("--target-path", str(self.target), "--log-path", str(self.target))
        return [str(Path(sys.executable).parent / "dbt"), "--quiet", *words, *place, *artefacts]

    def _nodes(self) -> dict[str, float]:
        file = self.target / "run_results.json"
        if not file.exists():  # parse makes none
            return {}
        results = json.loads(file.read_text())["results"]
        return {r["unique_id"]: r["execution_time"] for r in results}


def seconds(step: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    step()
    return time.perf_counter() - begin


def run(conn: Connection, statement: str) -> None:
    """One statement in a transaction of its own, VACUUM and CHECKPOINT included."""
    conn.commit()
    conn.autocommit = True
    try:
        conn.execute(statement.encode())
    finally:
        conn.autocommit = False


def one(conn: Connection, query: str) -> Any:  # noqa: ANN401 - whatever the column holds
    """The first column of the only row."""
    row = conn.execute(query.encode()).fetchone()
    conn.rollback()
    return row[0] if row else None


@contextmanager
def scratch_database(script: str) -> Iterator[Scratch]:
    """A database of this script's own, initialised; the PG variables name it. Dropped in the end.

    Args:
        script: Name of the script. What an earlier run of it left behind is dropped first.

    Raises:
        SystemExit: Another run of it is under way.
    """
    server = connection_parameters()
    database = f"hq_bench_{script}"
    before = dict(os.environ)
    with psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as admin:  # type: ignore[arg-type]
        _drop(admin, database)
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        try:
            _use(environment_for({**server, "dbname": database}))
            with connect(application_name="bench") as conn:
                migrate(conn)
                # our connections prefer lz4; what they are compared with shall have it, too
                compression = one(conn, "show default_toast_compression")
                run(
                    conn, f"alter database {database} set default_toast_compression = {compression}"
                )
                yield Scratch(dict(os.environ), conn)
        finally:
            _use(before)
            # hours may have passed since this connection was used
            with psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as fresh:  # type: ignore[arg-type]
                fresh.execute(
                    sql.SQL("drop database {} with (force)").format(sql.Identifier(database))
                )


@contextmanager
def named_database(database: str) -> Iterator[Scratch]:
    """A database that is there already, on the server that the PG variables name; it stays."""
    before = dict(os.environ)
    try:
        _use(environment_for({**connection_parameters(), "dbname": database}))
        with connect(application_name="bench") as conn:
            yield Scratch(dict(os.environ), conn)
    finally:
        _use(before)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that goes in the end."""
    with tempfile.TemporaryDirectory(prefix="hq-bench-") as folder:
        yield Path(folder)


def _drop(admin: Connection, database: str) -> None:
    try:
        admin.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(database)))
    except psycopg.errors.ObjectInUse:
        raise SystemExit(
            f"Somebody is in the database {database}, another run of this script it seems."
        ) from None


def _use(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def circumstances(conn: Connection) -> dict[str, Any]:
    """Where and when something was measured."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {cores()} cores",
        "python": platform.python_version(),
        **{name: one(conn, f"select current_setting('{name}')") for name in _SETTINGS},
    }


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def save(step: str, figures: object) -> None:
    """Keep the figures of one step in results.json, beside those of the other steps."""
    try:
        kept = json.loads(RESULTS.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        kept = {}
    fresh = RESULTS.with_suffix(".new")
    fresh.write_text(json.dumps({**kept, step: figures}, indent=2) + "\n")
    fresh.replace(RESULTS)


def show(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], caption: str = ""
) -> None:
    """Print a table; its first column is text, the others are numbers."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_OF_A_FILE)
    table = Table(title=title, caption=caption or None, title_justify="left")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    sys.stdout.flush()


def tell(words: str) -> None:
    """What is being done now, for whoever waits."""
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", file=sys.stderr, flush=True)
