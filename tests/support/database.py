"""A database with dbt on it as a user types it: in a process of its own, with what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psycopg

from ingest.postgres.connection import environment_for
from tests.support.scratch import Parameters
from tests.support.warehouse import PROJECT

_DBT = Path(sys.executable).with_name("dbt")
_ALARM = re.compile(r"\bwarn|deprecat", re.IGNORECASE)
# the closing line counts the warnings, and says so when there are none
_NO_ALARM = re.compile(r"WARN=0\b")


class Database:
    """A database of its own.

    Args:
        parameters: libpq parameters of the database.
        target: Where dbt may write.
    """

    def __init__(self, parameters: Parameters, target: Path) -> None:
        self.parameters = parameters
        self.target = target

    def dbt(self, *words: str) -> subprocess.CompletedProcess[str]:
        places = ["--target-path", str(self.target), "--log-path", str(self.target)]
        return subprocess.run(
            [_DBT, *words, *places],
            cwd=PROJECT,
            env=environment_for(self.parameters),
            capture_output=True,
            text=True,
            check=False,
        )

    def one(self, query: str) -> tuple[object, ...] | None:
        with psycopg.connect(**self.parameters) as conn:  # type: ignore[arg-type]
            return conn.execute(query.encode()).fetchone()


def assert_quiet(done: subprocess.CompletedProcess[str]) -> None:
    """Check that a command has succeeded without a warning."""
    assert done.returncode == 0, done.stdout
    lines = (done.stdout + done.stderr).splitlines()
    alarms = [line for line in lines if _ALARM.search(line) and not _NO_ALARM.search(line)]
    assert not alarms, alarms
