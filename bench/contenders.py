"""Who loads the same file into the same server: a bare COPY, ours, and programs of others."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from common import PROJECT, run

from ingest.postgres.connection import Connection

_SCRIPTS = PROJECT / "bench" / "peers"
_PEERS = PROJECT / ".venv-bench" / "bin"
_RAW = "raw.person_payloads"
_BARE = "raw.bare"
_COLUMNS = "id,linkedin_url,workflow_slug,provider,platform,payload_type,raw_payload,_load_id"

# dlt makes a table of every list in a profile: rows per profile by table
_FLATTENED = {
    "profiles": 1,
    "profiles__raw_payload__experience": 5,
    "profiles__raw_payload__education": 2,
    "profiles__raw_payload__languages": 1,
    "profiles__raw_payload__certifications": 1,
}

COPY = "bare COPY"
ONE_JOB = "ours, --jobs 1"
ONE_FILE = "ours, --jobs 2, one file"
HALVES = "ours, --jobs 2, two halves"
DLT = "dlt"
_RELEASES = {"dlt", "meltanolabs-target-postgres", "singer-sdk"}


class Place(NamedTuple):
    """What is loaded, and where to.

    Attributes:
        file: Profiles, one envelope a line.
        halves: The same in two files.
        folder: For what else is needed; goes in the end.
        environment: The variables that name the database.
    """

    file: Path
    halves: tuple[Path, Path]
    folder: Path
    environment: dict[str, str]


@dataclass(frozen=True)
class Contender:
    """A program that loads the file.

    Attributes:
        name: What the table calls it.
        command: Its command line.
        environment: Its variables.
        tables: Rows it makes of one profile, by table.
        forget: Undo what it did, on disk, too.
        absent: Why it cannot run here; None if it can.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    tables: dict[str, int]
    forget: Callable[[Connection], None]
    absent: str | None = None

    def visible(self, conn: Connection) -> int:
        """Rows that others see in its tables."""
        found = 0
        for table in self.tables:
            there = conn.execute("select to_regclass(%s) is not null", (table,)).fetchone()
            if there == (True,):
                row = conn.execute(f"select count(*) from {table}".encode()).fetchone()
                found += row[0] if row else 0
        conn.rollback()
        return found


def contenders(conn: Connection, place: Place) -> list[Contender]:
    """All of them, the floor first.

    Args:
        conn: A connection to the database; the tables of the floor are made.
        place: The file and where it goes.
    """
    return [_bare_copy(conn, place), *_ours(place), *_singer(place), *_dlt(place)]


def load_command(*options: str | Path) -> list[str]:
    """Our own command line."""
    return [sys.executable, "-P", "-m", "ingest", "load", *map(str, options)]


def forget_ours(conn: Connection) -> None:
    """Empty the raw table and the ledger."""
    run(conn, f"truncate {_RAW}, raw.loads, raw.rejects cascade")


def copy_out(conn: Connection, file: Path) -> None:
    """Write the rows of the raw table as COPY has them, without what the table makes itself."""
    statement = f"copy (select {_COLUMNS} from {_RAW}) to stdout"
    with file.open("wb") as out, conn.cursor().copy(statement.encode()) as copied:
        for block in copied:
            out.write(block)
    conn.commit()


def bare_copy_command(file: Path, table: str) -> list[str]:
    """The command line that copies such rows into a table like the raw one."""
    statement = f"copy {table} ({_COLUMNS}) from stdin"
    return [sys.executable, str(_SCRIPTS / "bare_copy.py"), str(file), statement]


def _bare_copy(conn: Connection, place: Place) -> Contender:
    """The floor; its rows are those that ours makes, ids included."""
    forget_ours(conn)
    subprocess.run(load_command(place.file), env=place.environment, check=True, capture_output=True)
    rows = place.folder / "rows.copy"
    copy_out(conn, rows)
    run(conn, f"create table {_BARE} (like {_RAW} including all)")
    return Contender(
        COPY,
        bare_copy_command(rows, _BARE),
        place.environment,
        {_BARE: 1},
        lambda conn: run(conn, f"truncate {_BARE}"),
    )


def _ours(place: Place) -> list[Contender]:
    variants = {
        ONE_JOB: ("--jobs", "1", place.file),
        ONE_FILE: ("--jobs", "2", place.file),
        HALVES: ("--jobs", "2", *place.halves),
    }
    return [
        Contender(name, load_command(*options), place.environment, {_RAW: 1}, forget_ours)
        for name, options in variants.items()
    ]


def _singer(place: Place) -> list[Contender]:
    variants: dict[str, dict[str, bool]] = {
        "Singer target-postgres": {},
        "Singer target-postgres, use_copy": {"use_copy": True},
    }
    return [
        _singer_target(place, name, f"singer_{number}", settings)
        for number, (name, settings) in enumerate(variants.items())
    ]


def _singer_target(place: Place, name: str, schema: str, settings: dict[str, bool]) -> Contender:
    url = _url(place, "postgresql+psycopg")
    config = place.folder / f"{schema}.json"
    config.touch(mode=0o600)  # there may be a password in the URL
    config.write_text(
        json.dumps({"sqlalchemy_url": url, "default_target_schema": schema, **settings})
    )
    tap = [str(_PEERS / "python"), str(_SCRIPTS / "singer_tap.py"), str(place.file)]
    target = [str(_PEERS / "target-postgres"), "--config", str(config)]
    return Contender(
        name,
        ["sh", "-c", f"{shlex.join(tap)} | {shlex.join(target)}"],
        place.environment,
        {f"{schema}.profiles": 1},
        lambda conn: _drop_schema(conn, schema),
        absent=_absent("target_postgres"),
    )


def _dlt(place: Place) -> list[Contender]:
    variants: dict[str, tuple[list[str], dict[str, int]]] = {
        DLT: ([], _FLATTENED),
        f"{DLT}, payload as jsonb, by COPY": (["tuned"], {"profiles": 1}),
    }
    return [
        _dlt_pipeline(place, name, f"dlt_{number}", words, tables)
        for number, (name, (words, tables)) in enumerate(variants.items())
    ]


def _dlt_pipeline(
    place: Place, name: str, schema: str, words: list[str], tables: dict[str, int]
) -> Contender:
    working = place.folder / schema

    def forget(conn: Connection) -> None:
        _drop_schema(conn, schema)
        shutil.rmtree(working, ignore_errors=True)

    return Contender(
        name,
        [
            *(str(_PEERS / "python"), str(_SCRIPTS / "dlt_load.py")),
            *(str(place.file), str(working), schema, *words),
        ],
        {
            **place.environment,
            "DESTINATION__POSTGRES__CREDENTIALS": _url(place, "postgresql"),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        },
        {f"{schema}.{table}": rows for table, rows in tables.items()},
        forget,
        absent=_absent("dlt"),
    )


def _drop_schema(conn: Connection, schema: str) -> None:
    run(conn, f"drop schema if exists {schema} cascade")


def _url(place: Place, scheme: str) -> str:
    """The database as a URL; both peers want a host and a password, also where none is needed."""
    variables = place.environment
    user = quote(variables["PGUSER"], safe="")
    password = quote(variables.get("PGPASSWORD", "none"), safe="")
    host, port = variables.get("PGHOST", ""), variables.get("PGPORT", "5432")
    database = quote(variables["PGDATABASE"], safe="")
    # a socket's folder cannot stand where a host does; named as a parameter it wins
    named, extra = ("localhost", f"?host={quote(host)}") if host[:1] in {"", "/"} else (host, "")
    return f"{scheme}://{user}:{password}@{named}:{port}/{database}{extra if host else ''}"


@cache
def _absent(module: str) -> str | None:
    python = _PEERS / "python"
    if not python.exists():
        return "not installed (make bench does it)"
    found = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    return None if found.returncode == 0 else "could not be installed"


def versions() -> dict[str, str]:
    """Which releases of the others are measured."""
    program = (
        "import importlib.metadata as m, json;"
        "print(json.dumps({d.metadata['Name']: d.version for d in m.distributions()}))"
    )
    python = _PEERS / "python"
    if not python.exists():
        return {}
    said = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    return {name: v for name, v in json.loads(said.stdout).items() if name in _RELEASES}
