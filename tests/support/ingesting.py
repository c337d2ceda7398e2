"""`ingest` commands, in this process and in others, and what they leave in raw."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from ingest.cli import cli
from ingest.postgres.connection import Connection

FIRMOGRAPHICS = "clay-company-firmographics"


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


def start_load(*words: str | Path, workflow: str = FIRMOGRAPHICS) -> subprocess.Popen[str]:
    """`ingest load` in a process of its own."""
    command = [sys.executable, "-m", "ingest", "load", "--workflow", workflow]
    return subprocess.Popen([*command, *map(str, words)], stderr=subprocess.PIPE, text=True)


def race(files: Sequence[Path], workflow: str = FIRMOGRAPHICS) -> list[str]:
    """Load each file in a process of its own, all at once; what they say. All must succeed."""
    racing = [start_load(file, workflow=workflow) for file in files]
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
