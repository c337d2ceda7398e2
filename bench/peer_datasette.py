"""Datasette beside: the same companies and people in SQLite, with the indexes one would make."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from urllib.parse import quote_plus, urlencode

from asking import Sample
from clients import Request
from common import PROJECT, FailedError

from hq_api import statements
from hq_api.resources import read_resources
from ingest.postgres.connection import Connection

PROGRAM = PROJECT / ".venv-bench" / "bin" / "datasette"

_LOOPBACK = "127.0.0.1"
_STARTING = 60  # seconds
_ROWS = 1_000
_DIFFERENT = 160
_TABLES = ("companies", "people")
_INDEXES = (
    "create index by_industry on companies (industry, size_bucket, domain)",
    "create index by_company on people (company_domain, linkedin_url)",
)
# the answer is the rows, and nothing is worked out that a caller of an API would not ask for
_BARE = {"_shape": "objects", "_nofacet": 1, "_nosuggest": 1, "_nocount": 1}


def copy_rows(conn: Connection, file: Path) -> None:
    """Fill a database of SQLite with what api.companies and api.people show."""
    resources = read_resources()
    with closing(sqlite3.connect(file)) as lite:
        for table in _TABLES:
            resource = resources[table]
            (key,) = resource.key
            names = [f"{name}{' primary key' if name == key else ''}" for name in resource.columns]
            lite.execute(f"create table {table} ({', '.join(names)})")
            marks = ", ".join("?" * len(names))
            query = statements.ndjson_copy(statements.relation(resource.view), resource.columns, ())
            with conn.cursor().copy(query) as copied:
                rows = map(_values, _lines(copied))
                while some := list(islice(rows, _ROWS)):
                    lite.executemany(f"insert into {table} values ({marks})", some)
            conn.rollback()
        for index in _INDEXES:
            lite.execute(index)
        lite.commit()
        lite.execute("analyze")
        lite.commit()


@contextmanager
def served(file: Path) -> Iterator[int]:
    """Datasette over that database, which it may take to be unchanging; gives its port."""
    with closing(socket.socket()) as free:
        free.bind((_LOOPBACK, 0))
        port = free.getsockname()[1]
    words = [str(PROGRAM), "serve", "--immutable", str(file), "--host", _LOOPBACK]
    words += ["--port", str(port), "--setting", "max_csv_mb", "0"]
    words += ["--setting", "sql_time_limit_ms", "10000"]
    with file.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait()


def requests(sample: Sample) -> dict[str, list[Request]]:
    """The same questions as ours, by their names."""
    groups = [group.split("|") for group in sample.groups[:_DIFFERENT]]
    return {
        "one company": [_row("companies", d) for d in sample.companies[:_DIFFERENT]],
        "one person, flat": [_row("people", url) for url in sample.people[:_DIFFERENT]],
        "companies of an industry and a size": [
            _page("companies", {"industry": i, "size_bucket": s}) for i, s in groups
        ],
        "people of a company": [
            _page("people", {"company_domain": d}) for d in sample.employers[:_DIFFERENT]
        ],
    }


def csv_path(table: str) -> str:
    """All rows of a table."""
    return f"/rows/{table}.csv?_stream=on"


def _row(table: str, key: str) -> Request:
    # its own encoding of what an address may not hold
    written = re.sub(r"[^A-Za-z0-9_-]", lambda m: f"~{ord(m[0]):02X}", key)
    return Request(f"/rows/{table}/{written}.json?_shape=objects")


def _page(table: str, filters: dict[str, str]) -> Request:
    exact = {f"{name}__exact": value for name, value in filters.items()}
    return Request(f"/rows/{table}.json?{urlencode({**exact, **_BARE}, quote_via=quote_plus)}")


def _lines(blocks: Iterable[memoryview | bytes | bytearray]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        *whole, rest = (rest + bytes(block)).split(b"\n")
        yield from whole


def _values(line: bytes) -> list[object]:
    values = json.loads(line).values()
    return [json.dumps(value) if isinstance(value, list) else value for value in values]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _STARTING
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((_LOOPBACK, port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise FailedError("Datasette does not answer")
